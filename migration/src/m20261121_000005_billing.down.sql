DROP TABLE ledger_line;
DROP TABLE journal_entry;
DROP TABLE payment;
DROP TABLE product_period;
DROP TABLE invoice_line;
DROP TABLE invoice;
DROP TABLE renewal_run;
DROP TABLE document_counter;
