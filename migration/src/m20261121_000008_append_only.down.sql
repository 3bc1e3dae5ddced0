-- only postgres
DROP TRIGGER ledger_line_before_head ON ledger_line;
DROP TRIGGER journal_entry_balances ON journal_entry;
DROP TRIGGER activity_append_only ON activity;
DROP TRIGGER audit_entry_append_only ON audit_entry;
DROP TRIGGER invoice_document_append_only ON invoice_document;
DROP TRIGGER wallet_entry_append_only ON wallet_entry;
DROP TRIGGER ledger_line_append_only ON ledger_line;
DROP TRIGGER journal_entry_append_only ON journal_entry;
DROP FUNCTION ledger_line_before_head;
DROP FUNCTION journal_entry_balances;
DROP FUNCTION refuse_change;
-- end
-- only sqlite
DROP TRIGGER ledger_line_before_head;
DROP TRIGGER journal_entry_balances;
DROP TRIGGER activity_no_delete;
DROP TRIGGER activity_no_update;
DROP TRIGGER audit_entry_no_delete;
DROP TRIGGER audit_entry_no_update;
DROP TRIGGER invoice_document_no_delete;
DROP TRIGGER invoice_document_no_update;
DROP TRIGGER wallet_entry_no_delete;
DROP TRIGGER wallet_entry_no_update;
DROP TRIGGER ledger_line_no_delete;
DROP TRIGGER ledger_line_no_update;
DROP TRIGGER journal_entry_no_delete;
DROP TRIGGER journal_entry_no_update;
-- end
