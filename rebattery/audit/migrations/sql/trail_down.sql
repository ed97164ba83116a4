DROP FUNCTION audit_guard(text, text, text[]), audit_unguard(text);
DROP TABLE audit_event, audit_unsealed, audit_guarded, audit_ledger;
DROP FUNCTION audit_check_balance(), audit_note_events(), audit_note_change(), audit_refuse();
