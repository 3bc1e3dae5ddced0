-- only postgres
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER journal_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_line_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER wallet_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_document_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_document FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER activity_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON activity FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION journal_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM added e LEFT JOIN ledger_line l ON l.entry_id = e.id
        GROUP BY e.id, l.currency HAVING count(l.id) < 2 OR sum(l.debit_minor) <> sum(l.credit_minor)
    ) THEN
        RAISE EXCEPTION 'a journal entry does not balance' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER journal_entry_balances AFTER INSERT ON journal_entry REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION journal_entry_balances();

CREATE FUNCTION ledger_line_before_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- lines and head may come in one statement, which is one command
    IF EXISTS (
        SELECT 1 FROM added a JOIN journal_entry e ON e.id = a.entry_id JOIN ledger_line l ON l.id = a.id
        WHERE NOT (e.xmin = l.xmin AND e.cmin = l.cmin)
    ) THEN
        RAISE EXCEPTION 'a journal entry is closed once its head is written' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_line_before_head AFTER INSERT ON ledger_line REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_line_before_head();
-- end
-- only sqlite
CREATE TRIGGER journal_entry_no_update BEFORE UPDATE ON journal_entry BEGIN SELECT RAISE(ABORT, 'journal_entry is append-only'); END;
CREATE TRIGGER journal_entry_no_delete BEFORE DELETE ON journal_entry BEGIN SELECT RAISE(ABORT, 'journal_entry is append-only'); END;
CREATE TRIGGER ledger_line_no_update BEFORE UPDATE ON ledger_line BEGIN SELECT RAISE(ABORT, 'ledger_line is append-only'); END;
CREATE TRIGGER ledger_line_no_delete BEFORE DELETE ON ledger_line BEGIN SELECT RAISE(ABORT, 'ledger_line is append-only'); END;
CREATE TRIGGER wallet_entry_no_update BEFORE UPDATE ON wallet_entry BEGIN SELECT RAISE(ABORT, 'wallet_entry is append-only'); END;
CREATE TRIGGER wallet_entry_no_delete BEFORE DELETE ON wallet_entry BEGIN SELECT RAISE(ABORT, 'wallet_entry is append-only'); END;
CREATE TRIGGER invoice_document_no_update BEFORE UPDATE ON invoice_document BEGIN SELECT RAISE(ABORT, 'invoice_document is append-only'); END;
CREATE TRIGGER invoice_document_no_delete BEFORE DELETE ON invoice_document BEGIN SELECT RAISE(ABORT, 'invoice_document is append-only'); END;
CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END;
CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END;
CREATE TRIGGER activity_no_update BEFORE UPDATE ON activity BEGIN SELECT RAISE(ABORT, 'activity is append-only'); END;
CREATE TRIGGER activity_no_delete BEFORE DELETE ON activity BEGIN SELECT RAISE(ABORT, 'activity is append-only'); END;
CREATE TRIGGER journal_entry_balances BEFORE INSERT ON journal_entry
WHEN (SELECT count(*) FROM ledger_line WHERE entry_id = NEW.id) < 2 OR EXISTS (
    SELECT 1 FROM ledger_line WHERE entry_id = NEW.id GROUP BY currency HAVING count(*) < 2 OR sum(debit_minor) <> sum(credit_minor))
BEGIN
    SELECT RAISE(ABORT, 'a journal entry does not balance');
END;
CREATE TRIGGER ledger_line_before_head BEFORE INSERT ON ledger_line WHEN EXISTS (SELECT 1 FROM journal_entry WHERE id = NEW.entry_id)
BEGIN
    SELECT RAISE(ABORT, 'a journal entry is closed once its head is written');
END;
-- end
