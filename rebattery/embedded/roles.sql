-- The two login roles of ReBattery and what each may do.
--
-- Run once by a superuser INSIDE the database of ReBattery; running it again changes nothing:
--     createdb rebattery && psql -d rebattery -f rebattery/embedded/roles.sql
-- Then give both roles a password:  \password rb_owner   \password rb_app
--
--   rb_owner  owns the tables and runs migrations       MIGRATION_DATABASE_URL
--   rb_app    runs web, workers and beat; has no DDL    DATABASE_URL
--
-- Two roles, because a running application that owned its tables could switch off the guards of its trail.
DO $$
BEGIN
    -- Roles belong to the whole server: two databases that are prepared at once must not race.
    PERFORM pg_advisory_xact_lock(hashtext('rebattery roles'));
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rb_owner') THEN
        CREATE ROLE rb_owner LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rb_app') THEN
        CREATE ROLE rb_app LOGIN;
    END IF;
    EXECUTE format('ALTER DATABASE %I OWNER TO rb_owner', current_database());
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO rb_app', current_database());
END
$$;
ALTER SCHEMA public OWNER TO rb_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO rb_app;
-- Only for tables yet to come: what the migrations of the trail take away again must stay away.
ALTER DEFAULT PRIVILEGES FOR ROLE rb_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO rb_app;
ALTER DEFAULT PRIVILEGES FOR ROLE rb_owner IN SCHEMA public
    GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO rb_app;
