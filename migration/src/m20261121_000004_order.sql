CREATE TABLE payment_method (
    id /uuid/ PRIMARY KEY,
    account_id /uuid/ NOT NULL REFERENCES account (id),
    brand text NOT NULL,
    last4 text NOT NULL,
    expires_on /date/ NOT NULL,
    gateway_reference text NOT NULL,
    is_default boolean NOT NULL,
    created_at /instant/ NOT NULL,
    removed_at /instant/
);
CREATE UNIQUE INDEX payment_method_default ON payment_method (account_id) WHERE is_default AND removed_at IS NULL;
CREATE INDEX payment_method_account ON payment_method (account_id, id);
CREATE TABLE contact (
    id /uuid/ PRIMARY KEY,
    account_id /uuid/ NOT NULL REFERENCES account (id),
    name text NOT NULL,
    organization text,
    email text NOT NULL,
    phone text NOT NULL,
    street text NOT NULL,
    postal_code text NOT NULL,
    city text NOT NULL,
    country text NOT NULL,
    created_at /instant/ NOT NULL
);
CREATE INDEX contact_account ON contact (account_id, id);
CREATE INDEX contact_email ON contact (account_id, email);
CREATE TABLE cart (
    id /uuid/ PRIMARY KEY,
    client_id /uuid/ NOT NULL REFERENCES client (id),
    partner_id /uuid/ NOT NULL REFERENCES account (id),
    status text NOT NULL CHECK (status IN ('OPEN', 'SENT', 'PENDING_PAYMENT', 'COMPLETED', 'ABANDONED')),
    order_id /uuid/,
    message text,
    created_by_id /uuid/ NOT NULL REFERENCES "user" (id),
    created_at /instant/ NOT NULL,
    sent_at /instant/,
    times_sent integer NOT NULL DEFAULT 0,
    remind_at /instant/,
    abandon_at /instant/,
    completed_at /instant/,
    CONSTRAINT cart_sent CHECK (status <> 'SENT' OR (sent_at IS NOT NULL AND abandon_at IS NOT NULL))
);
CREATE INDEX cart_remind ON cart (remind_at) WHERE status = 'SENT' AND remind_at IS NOT NULL;
CREATE INDEX cart_abandon ON cart (abandon_at) WHERE status = 'SENT';
CREATE INDEX cart_client ON cart (client_id, id);
CREATE INDEX cart_partner ON cart (partner_id, id);
CREATE TABLE cart_item (
    id /uuid/ PRIMARY KEY,
    cart_id /uuid/ NOT NULL REFERENCES cart (id),
    plan_id /uuid/ NOT NULL REFERENCES plan (id),
    term_months integer NOT NULL,
    quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 100),
    domain_name text,
    registrant_id /uuid/ REFERENCES contact (id)
);
CREATE INDEX cart_item_cart ON cart_item (cart_id, id);
CREATE TABLE "order" (
    id /uuid/ PRIMARY KEY,
    number text NOT NULL UNIQUE,
    status text NOT NULL CHECK (status IN ('PENDING_PAYMENT', 'PAID', 'FAILED', 'REFUNDED')),
    method text CHECK (method IN ('CLIENT_CARD', 'PARTNER_CARD', 'SEND_TO_CLIENT')),
    placed_by_id /uuid/ NOT NULL REFERENCES "user" (id),
    placed_from_id /uuid/ NOT NULL REFERENCES account (id),
    billed_to_id /uuid/ NOT NULL REFERENCES account (id),
    holder_id /uuid/ NOT NULL REFERENCES account (id),
    client_id /uuid/ REFERENCES client (id),
    partnership_id /uuid/ REFERENCES partnership (id),
    renewal_billing text NOT NULL,
    cart_id /uuid/ REFERENCES cart (id),
    payment_method_id /uuid/ REFERENCES payment_method (id),
    currency text NOT NULL,
    subtotal_minor bigint NOT NULL,
    discount_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    total_minor bigint NOT NULL,
    created_at /instant/ NOT NULL,
    CONSTRAINT order_total CHECK (total_minor = subtotal_minor - discount_minor + tax_minor)
);
CREATE INDEX order_placed_from ON "order" (placed_from_id, id);
CREATE INDEX order_billed_to ON "order" (billed_to_id, id);
CREATE TABLE order_line (
    id /uuid/ PRIMARY KEY,
    order_id /uuid/ NOT NULL REFERENCES "order" (id),
    position integer NOT NULL,
    plan_id /uuid/ NOT NULL REFERENCES plan (id),
    term_months integer NOT NULL,
    quantity integer NOT NULL,
    domain_name text,
    public_price_minor bigint NOT NULL,
    discount_minor bigint NOT NULL,
    net_minor bigint NOT NULL,
    rate_bps integer,
    partner_id /uuid/ REFERENCES account (id),
    cashback_minor bigint NOT NULL,
    tax_category text NOT NULL,
    tax_rate_bps integer NOT NULL,
    tax_minor bigint NOT NULL,
    CONSTRAINT order_line_benefit CHECK (net_minor = public_price_minor - discount_minor AND (discount_minor = 0 OR cashback_minor = 0))
);
CREATE UNIQUE INDEX order_line_position ON order_line (order_id, position);
CREATE TABLE product (
    id /uuid/ PRIMARY KEY,
    account_id /uuid/ NOT NULL REFERENCES account (id),
    plan_id /uuid/ NOT NULL REFERENCES plan (id),
    client_id /uuid/ REFERENCES client (id),
    order_line_id /uuid/ REFERENCES order_line (id),
    status text NOT NULL CHECK (status IN ('PENDING_PAYMENT', 'FREE', 'ACTIVE', 'PAST_DUE', 'SUSPENDED', 'EXPIRED', 'CANCELLED')),
    label text NOT NULL,
    domain_name text,
    registrant_id /uuid/ REFERENCES contact (id),
    term_months integer NOT NULL CHECK (term_months BETWEEN 1 AND 120),
    next_plan_id /uuid/ REFERENCES plan (id),
    currency text NOT NULL,
    started_on /date/ NOT NULL,
    anchor_on /date/ NOT NULL,
    anchor_months integer NOT NULL CHECK (anchor_months >= 0),
    renews_on /date/ NOT NULL,
    renews_at /instant/ NOT NULL,
    auto_renew boolean NOT NULL,
    renewal_billing text NOT NULL CHECK (renewal_billing IN ('ACCOUNT', 'PARTNERSHIP')),
    managed_by_id /uuid/ REFERENCES partnership (id),
    search text NOT NULL,
    created_at /instant/ NOT NULL
);
CREATE TABLE unmanaged_product (
    product_id /uuid/ PRIMARY KEY REFERENCES product (id)
);
CREATE INDEX product_account ON product (account_id, id);
CREATE INDEX product_client ON product (client_id, id) WHERE client_id IS NOT NULL;
CREATE INDEX product_line ON product (order_line_id);
CREATE INDEX product_managed ON product (managed_by_id, id) WHERE managed_by_id IS NOT NULL;
CREATE INDEX product_due ON product (renews_at, id) WHERE auto_renew AND status IN ('FREE', 'ACTIVE');
CREATE INDEX product_ending ON product (renews_at, id) WHERE NOT auto_renew AND status IN ('FREE', 'ACTIVE');
CREATE INDEX product_plan ON product (plan_id);
CREATE TABLE contributor (
    id /uuid/ PRIMARY KEY,
    product_id /uuid/ NOT NULL REFERENCES product (id),
    email text NOT NULL,
    account_id /uuid/ REFERENCES account (id),
    role text NOT NULL CHECK (role IN ('VIEWER', 'EDITOR')),
    partnership_id /uuid/ REFERENCES partnership (id),
    created_at /instant/ NOT NULL
);
CREATE UNIQUE INDEX contributor_person ON contributor (product_id, email) WHERE account_id IS NULL;
CREATE UNIQUE INDEX contributor_account ON contributor (product_id, account_id) WHERE account_id IS NOT NULL;
CREATE INDEX contributor_product ON contributor (product_id, id);
CREATE INDEX contributor_address ON contributor (email, id) WHERE account_id IS NULL;
CREATE INDEX contributor_of_account ON contributor (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX contributor_partnership ON contributor (partnership_id) WHERE partnership_id IS NOT NULL;
CREATE TABLE transfer (
    id /uuid/ PRIMARY KEY,
    product_id /uuid/ NOT NULL REFERENCES product (id),
    label text NOT NULL,
    plan_id /uuid/ NOT NULL REFERENCES plan (id),
    from_id /uuid/ NOT NULL REFERENCES account (id),
    to_email text NOT NULL,
    to_id /uuid/ REFERENCES account (id),
    status text NOT NULL CHECK (status IN ('PENDING', 'ACCEPTED', 'DECLINED', 'CANCELLED', 'EXPIRED')),
    stay_as_contributor boolean NOT NULL,
    offered_by_id /uuid/ NOT NULL REFERENCES "user" (id),
    created_at /instant/ NOT NULL,
    expires_at /instant/ NOT NULL,
    answered_at /instant/,
    CONSTRAINT transfer_answered CHECK ((status = 'PENDING') = (answered_at IS NULL) AND (status = 'ACCEPTED') = (to_id IS NOT NULL))
);
CREATE UNIQUE INDEX transfer_pending ON transfer (product_id) WHERE status = 'PENDING';
CREATE INDEX transfer_product ON transfer (product_id, id);
CREATE INDEX transfer_address ON transfer (to_email, id);
CREATE INDEX transfer_expires ON transfer (expires_at) WHERE status = 'PENDING';
