CREATE TABLE document_counter (
    series text NOT NULL,
    year integer NOT NULL,
    last_number integer NOT NULL,
    last_at /instant/,
    PRIMARY KEY (series, year)
);
CREATE TABLE renewal_run (
    id /uuid/ PRIMARY KEY,
    as_of /instant/ NOT NULL,
    started_at /instant/ NOT NULL,
    finished_at /instant/,
    is_dry_run boolean NOT NULL,
    due integer NOT NULL,
    renewed integer NOT NULL,
    declined integer NOT NULL,
    failed integer NOT NULL,
    open_lanes integer NOT NULL
);
CREATE INDEX renewal_run_open ON renewal_run (started_at) WHERE finished_at IS NULL;
CREATE TABLE invoice (
    id /uuid/ PRIMARY KEY,
    series text NOT NULL,
    year integer NOT NULL,
    sequence integer NOT NULL,
    number text NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('ORDER', 'RENEWAL', 'CREDIT_NOTE')),
    status text NOT NULL CHECK (status IN ('OPEN', 'PAID', 'UNCOLLECTIBLE', 'CREDITED')),
    billed_to_id /uuid/ NOT NULL REFERENCES account (id),
    buyer text NOT NULL,
    seller text NOT NULL,
    currency text NOT NULL,
    issued_at /instant/ NOT NULL,
    issued_on /date/ NOT NULL,
    due_on /date/ NOT NULL,
    paid_at /instant/,
    order_id /uuid/ REFERENCES "order" (id),
    renewal_run_id /uuid/ REFERENCES renewal_run (id),
    corrects_id /uuid/ REFERENCES invoice (id),
    reason text,
    subtotal_minor bigint NOT NULL,
    discount_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    total_minor bigint NOT NULL CHECK (total_minor > 0),
    paid_minor bigint NOT NULL,
    credited_minor bigint NOT NULL,
    first_declined_at /instant/,
    attempts integer NOT NULL,
    CONSTRAINT invoice_total CHECK (total_minor = subtotal_minor - discount_minor + tax_minor)
);
CREATE UNIQUE INDEX invoice_number ON invoice (series, year, sequence);
CREATE INDEX invoice_billed_to ON invoice (billed_to_id, id);
CREATE INDEX invoice_order ON invoice (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX invoice_corrects ON invoice (corrects_id) WHERE corrects_id IS NOT NULL;
CREATE INDEX invoice_run ON invoice (renewal_run_id) WHERE renewal_run_id IS NOT NULL;
CREATE TABLE dunning (
    invoice_id /uuid/ PRIMARY KEY REFERENCES invoice (id),
    account_id /uuid/ NOT NULL REFERENCES account (id),
    steps_taken integer NOT NULL,
    next_at /instant/
);
CREATE INDEX dunning_due ON dunning (next_at, invoice_id) WHERE next_at IS NOT NULL;
CREATE TABLE reminder_sweep (
    id integer PRIMARY KEY CHECK (id = 1),
    swept_until /instant/ NOT NULL,
    until /instant/,
    after_id /uuid/
);
CREATE TABLE invoice_line (
    id /uuid/ PRIMARY KEY,
    invoice_id /uuid/ NOT NULL REFERENCES invoice (id),
    position integer NOT NULL,
    description text NOT NULL,
    plan_id /uuid/ REFERENCES plan (id),
    product_id /uuid/,
    period_start /date/,
    period_end /date/,
    quantity integer NOT NULL,
    public_price_minor bigint NOT NULL,
    discount_minor bigint NOT NULL,
    net_minor bigint NOT NULL,
    tax_category text NOT NULL,
    tax_rate_bps integer NOT NULL,
    tax_minor bigint NOT NULL,
    rate_bps integer,
    partnership_id /uuid/ REFERENCES partnership (id),
    partner_id /uuid/ REFERENCES account (id),
    cashback_minor bigint NOT NULL,
    corrected_line_id /uuid/ REFERENCES invoice_line (id),
    credited_net_minor bigint NOT NULL,
    CONSTRAINT invoice_line_benefit CHECK (net_minor = public_price_minor - discount_minor AND (discount_minor = 0 OR cashback_minor = 0))
);
CREATE UNIQUE INDEX invoice_line_position ON invoice_line (invoice_id, position);
CREATE INDEX invoice_line_product ON invoice_line (product_id, invoice_id) WHERE product_id IS NOT NULL;
CREATE INDEX invoice_line_corrected ON invoice_line (corrected_line_id) WHERE corrected_line_id IS NOT NULL;
CREATE TABLE invoice_document (
    invoice_id /uuid/ NOT NULL REFERENCES invoice (id),
    kind text NOT NULL CHECK (kind IN ('PDF')),
    sha256 text NOT NULL,
    bytes /bytes/ NOT NULL,
    created_at /instant/ NOT NULL,
    PRIMARY KEY (invoice_id, kind)
);
CREATE TABLE product_period (
    id /uuid/ PRIMARY KEY,
    product_id /uuid/ NOT NULL REFERENCES product (id),
    period_start /date/ NOT NULL,
    period_end /date/ NOT NULL,
    term_months integer NOT NULL,
    invoice_line_id /uuid/ REFERENCES invoice_line (id),
    paid_at /instant/,
    credited_at /instant/,
    created_at /instant/ NOT NULL
);
CREATE UNIQUE INDEX product_period_once ON product_period (product_id, period_start) WHERE credited_at IS NULL;
CREATE INDEX product_period_unpaid ON product_period (product_id) WHERE paid_at IS NULL AND credited_at IS NULL;
CREATE INDEX product_period_line ON product_period (invoice_line_id) WHERE invoice_line_id IS NOT NULL;
CREATE TABLE plan_change (
    id /uuid/ PRIMARY KEY,
    order_id /uuid/ NOT NULL UNIQUE REFERENCES "order" (id),
    product_id /uuid/ NOT NULL REFERENCES product (id),
    status text NOT NULL CHECK (status IN ('PENDING', 'DONE', 'FAILED')),
    plan_id /uuid/ NOT NULL REFERENCES plan (id),
    term_months integer NOT NULL,
    period_id /uuid/ REFERENCES product_period (id),
    corrected_line_id /uuid/ REFERENCES invoice_line (id),
    credited_public_price_minor bigint NOT NULL,
    credited_discount_minor bigint NOT NULL,
    credited_net_minor bigint NOT NULL,
    credited_tax_minor bigint NOT NULL,
    credited_cashback_minor bigint NOT NULL,
    is_one_document boolean NOT NULL,
    period_start /date/ NOT NULL,
    period_end /date/ NOT NULL,
    anchor_on /date/ NOT NULL,
    anchor_months integer NOT NULL,
    created_at /instant/ NOT NULL,
    settled_at /instant/
);
CREATE UNIQUE INDEX plan_change_pending ON plan_change (product_id) WHERE status = 'PENDING';
CREATE INDEX plan_change_line ON plan_change (corrected_line_id) WHERE status = 'PENDING' AND corrected_line_id IS NOT NULL;
CREATE TABLE payment (
    id /uuid/ PRIMARY KEY,
    account_id /uuid/ NOT NULL REFERENCES account (id),
    invoice_id /uuid/ REFERENCES invoice (id),
    order_id /uuid/ REFERENCES "order" (id),
    payment_method_id /uuid/ REFERENCES payment_method (id),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    status text NOT NULL CHECK (status IN ('PENDING', 'SUCCEEDED', 'DECLINED', 'UNKNOWN', 'REFUNDED')),
    failure_code text,
    gateway_reference text,
    action_url text,
    attempted_at /instant/ NOT NULL,
    settled_at /instant/
);
CREATE UNIQUE INDEX payment_in_flight_invoice ON payment (invoice_id) WHERE status IN ('PENDING', 'UNKNOWN') AND invoice_id IS NOT NULL;
CREATE UNIQUE INDEX payment_in_flight_order ON payment (order_id) WHERE status IN ('PENDING', 'UNKNOWN') AND order_id IS NOT NULL;
CREATE INDEX payment_invoice ON payment (invoice_id, id) WHERE invoice_id IS NOT NULL;
CREATE INDEX payment_open ON payment (id) WHERE status IN ('PENDING', 'UNKNOWN');
CREATE TABLE refund (
    id /uuid/ PRIMARY KEY,
    account_id /uuid/ NOT NULL REFERENCES account (id),
    credit_note_id /uuid/ NOT NULL REFERENCES invoice (id),
    invoice_id /uuid/ NOT NULL REFERENCES invoice (id),
    payment_id /uuid/ REFERENCES payment (id),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    status text NOT NULL CHECK (status IN ('PENDING', 'SUCCEEDED', 'DECLINED', 'UNKNOWN')),
    failure_code text,
    gateway_reference text,
    asked_at /instant/ NOT NULL,
    settled_at /instant/
);
CREATE INDEX refund_note ON refund (credit_note_id);
CREATE INDEX refund_invoice ON refund (invoice_id);
CREATE INDEX refund_payment ON refund (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX refund_open ON refund (id) WHERE status IN ('PENDING', 'UNKNOWN');
CREATE TABLE journal_entry (
    id /uuid/ PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('INVOICE_ISSUED', 'PAYMENT_RECEIVED', 'CASHBACK_CREDITED', 'CASHBACK_RELEASED', 'CASHBACK_REVERSED', 'CREDIT_NOTE_ISSUED', 'REFUND_PAID', 'PAYOUT_PAID', 'PAYOUT_REJECTED', 'WALLET_SPENT', 'WRITTEN_OFF', 'WRITE_OFF_REVERSED')),
    reference_id /uuid/ NOT NULL,
    occurred_at /instant/ NOT NULL
);
CREATE INDEX journal_entry_time ON journal_entry (occurred_at);
CREATE TABLE ledger_line (
    id /uuid/ PRIMARY KEY,
    entry_id /uuid/ NOT NULL REFERENCES journal_entry (id) DEFERRABLE INITIALLY DEFERRED,
    ledger_account text NOT NULL,
    owner_id /uuid/ REFERENCES account (id),
    currency text NOT NULL,
    debit_minor bigint NOT NULL CHECK (debit_minor >= 0),
    credit_minor bigint NOT NULL CHECK (credit_minor >= 0),
    CONSTRAINT ledger_line_side CHECK ((debit_minor = 0) <> (credit_minor = 0))
);
CREATE INDEX ledger_line_entry ON ledger_line (entry_id);
CREATE TABLE gateway_event (
    id text PRIMARY KEY,
    received_at /instant/ NOT NULL
);
