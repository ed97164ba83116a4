-- The trail. Run once, as rb_owner, by the first migration.
CREATE TABLE audit_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Stamped by the database; the application has no right to name these columns.
    transaction_id bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    database_user text NOT NULL DEFAULT session_user,
    -- Given by the service that made the change.
    at timestamptz NOT NULL,
    event_type text NOT NULL,
    subject_type text NOT NULL,
    subject_id bigint NOT NULL,
    subject_label text NOT NULL,
    pack_id bigint,
    supplier_id bigint,
    actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'token', 'task', 'system')),
    actor_id bigint,
    person_id bigint,
    actor_label text NOT NULL CHECK (actor_label <> ''),
    reason_code text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    before jsonb,
    after jsonb,
    facts jsonb NOT NULL DEFAULT '{}',
    request_id text NOT NULL DEFAULT '',
    job_id text NOT NULL DEFAULT ''
);
CREATE INDEX audit_event_subject ON audit_event (subject_type, subject_id, id);
CREATE INDEX audit_event_pack ON audit_event (pack_id, id) WHERE pack_id IS NOT NULL AND subject_type <> 'pack';
CREATE INDEX audit_event_request ON audit_event (request_id) WHERE request_id <> '';
CREATE INDEX audit_event_job ON audit_event (job_id) WHERE job_id <> '';
-- Events come in the order of time, so a few pages of BRIN find a day or a transaction among millions.
CREATE INDEX audit_event_at ON audit_event USING brin (at);
CREATE INDEX audit_event_transaction ON audit_event USING brin (transaction_id);

-- What the sealer has not sealed yet. Never seal by "id greater than the last one": ids commit out of order.
CREATE TABLE audit_unsealed (event_id bigint PRIMARY KEY);

-- Which tables are guarded, and under which subject type their changes are told.
CREATE TABLE audit_guarded (
    table_name text PRIMARY KEY,
    subject_type text NOT NULL UNIQUE
);

-- Double entry within one transaction: changes count up, events count down, and at commit the two
-- must cancel out row by row. Rows live only inside their transaction, so the table needs no WAL.
CREATE UNLOGGED TABLE audit_ledger (
    transaction_id bigint NOT NULL,
    subject_type text NOT NULL,
    entries bigint NOT NULL,
    checksum numeric NOT NULL
);
CREATE INDEX audit_ledger_transaction ON audit_ledger (transaction_id);

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the trail is append-only: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
END $$;

-- One statement on a guarded table notes how many rows it changed and a checksum of their ids.
-- A nested loop over two transition tables would be quadratic, so the planner may not choose one.
CREATE FUNCTION audit_note_change() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp SET enable_nestloop = off AS $$
DECLARE
    changed bigint;
    paired bigint;
    ids numeric;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT count(*), sum(hashint8extended(id, 0)) INTO changed, ids FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT count(*), sum(hashint8extended(id, 0)) INTO changed, ids FROM old_rows;
    ELSE
        IF TG_NARGS > 1 THEN  -- the further arguments are columns that may change in silence
            SELECT count(*), count(*) FILTER (WHERE differs), sum(hashint8extended(id, 0)) FILTER (WHERE differs)
            INTO STRICT paired, changed, ids
            FROM (SELECT n.id, to_jsonb(n) - TG_ARGV[1:] IS DISTINCT FROM to_jsonb(o) - TG_ARGV[1:] AS differs
                  FROM new_rows n JOIN old_rows o USING (id)) pairs;
        ELSE
            SELECT count(*), count(*) FILTER (WHERE differs), sum(hashint8extended(id, 0)) FILTER (WHERE differs)
            INTO STRICT paired, changed, ids
            FROM (SELECT n.id, n IS DISTINCT FROM o AS differs FROM new_rows n JOIN old_rows o USING (id)) pairs;
        END IF;
        IF paired <> (SELECT count(*) FROM new_rows) THEN
            RAISE EXCEPTION 'the key of a row of % may not change', TG_TABLE_NAME USING ERRCODE = '42501';
        END IF;
    END IF;
    IF changed > 0 THEN
        INSERT INTO audit_ledger VALUES (pg_current_xact_id()::text::bigint, TG_ARGV[0], changed, ids);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION audit_note_events() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_unsealed SELECT id FROM new_rows;
    INSERT INTO audit_ledger
    SELECT pg_current_xact_id()::text::bigint, subject_type, -count(*), -sum(hashint8extended(subject_id, 0))
    FROM new_rows
    WHERE subject_type IN (SELECT g.subject_type FROM audit_guarded g)
    GROUP BY subject_type;
    RETURN NULL;
END $$;

CREATE FUNCTION audit_check_balance() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    off record;
BEGIN
    SELECT subject_type,
           coalesce(sum(entries) FILTER (WHERE entries > 0), 0) AS changes,
           coalesce(-sum(entries) FILTER (WHERE entries < 0), 0) AS events
    INTO off
    FROM audit_ledger
    WHERE transaction_id = NEW.transaction_id
    GROUP BY subject_type
    HAVING sum(entries) <> 0 OR sum(checksum) <> 0
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the trail does not balance: % row changes of "%" with % events; every change needs its own event about the same row',
            off.changes, off.subject_type, off.events USING ERRCODE = '23514';
    END IF;
    DELETE FROM audit_ledger WHERE transaction_id = NEW.transaction_id;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER audit_balance AFTER INSERT ON audit_ledger
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_check_balance();
CREATE TRIGGER audit_note_events AFTER INSERT ON audit_event
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_note_events();
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
-- ALWAYS: they fire even under session_replication_role = replica.
ALTER TABLE audit_ledger ENABLE ALWAYS TRIGGER audit_balance;
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_note_events;
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_no_change;
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_no_truncate;

-- Put one table under guard: called by migrations, once per table.
CREATE FUNCTION audit_guard(guarded_table text, subject text, VARIADIC silent_columns text[]) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    arguments text := (SELECT string_agg(quote_literal(a), ', ') FROM unnest(array_prepend(subject, silent_columns)) a);
BEGIN
    EXECUTE format('CREATE TRIGGER audit_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows '
        'FOR EACH STATEMENT EXECUTE FUNCTION audit_note_change(%s)', guarded_table, arguments);
    EXECUTE format('CREATE TRIGGER audit_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows '
        'FOR EACH STATEMENT EXECUTE FUNCTION audit_note_change(%s)', guarded_table, arguments);
    EXECUTE format('CREATE TRIGGER audit_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS old_rows '
        'FOR EACH STATEMENT EXECUTE FUNCTION audit_note_change(%s)', guarded_table, arguments);
    EXECUTE format('CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON %I '
        'FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()', guarded_table);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER audit_insert', guarded_table);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER audit_update', guarded_table);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER audit_delete', guarded_table);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER audit_no_truncate', guarded_table);
    INSERT INTO audit_guarded VALUES (guarded_table, subject);
END $$;

CREATE FUNCTION audit_unguard(guarded_table text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['audit_insert', 'audit_update', 'audit_delete', 'audit_no_truncate'] LOOP
        EXECUTE format('DROP TRIGGER %I ON %I', name, guarded_table);
    END LOOP;
    DELETE FROM audit_guarded WHERE table_name = guarded_table;
END $$;

-- The running application appends and reads; it holds no other right on the trail.
REVOKE ALL ON audit_event, audit_unsealed, audit_guarded, audit_ledger FROM PUBLIC, rb_app;
REVOKE ALL ON FUNCTION audit_guard(text, text, text[]), audit_unguard(text) FROM PUBLIC, rb_app;
GRANT SELECT ON audit_event, audit_unsealed, audit_guarded TO rb_app;
GRANT INSERT (at, event_type, subject_type, subject_id, subject_label, pack_id, supplier_id, actor_kind, actor_id,
              person_id, actor_label, reason_code, reason, before, after, facts, request_id, job_id)
    ON audit_event TO rb_app;
