CREATE TABLE client (
    id /uuid/ PRIMARY KEY,
    partner_id /uuid/ NOT NULL REFERENCES account (id),
    name text NOT NULL,
    email text,
    company text,
    phone text,
    notes text,
    account_id /uuid/ REFERENCES account (id),
    search text NOT NULL,
    created_at /instant/ NOT NULL
);
CREATE UNIQUE INDEX client_account ON client (partner_id, account_id) WHERE account_id IS NOT NULL;
CREATE INDEX client_partner ON client (partner_id, id);
CREATE INDEX client_of_account ON client (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX client_address ON client (partner_id, email) WHERE email IS NOT NULL;
CREATE UNIQUE INDEX client_unconnected ON client (partner_id, email) WHERE account_id IS NULL;
CREATE TABLE task (
    id /uuid/ PRIMARY KEY,
    client_id /uuid/ NOT NULL REFERENCES client (id),
    partner_id /uuid/ NOT NULL REFERENCES account (id),
    title text NOT NULL,
    due_on /date/,
    assignee_id /uuid/ REFERENCES "user" (id),
    created_at /instant/ NOT NULL,
    done_at /instant/
);
CREATE INDEX task_partner ON task (partner_id, id);
CREATE INDEX task_client ON task (client_id, id);
CREATE TABLE inquiry (
    id /uuid/ PRIMARY KEY,
    partner_id /uuid/ NOT NULL REFERENCES account (id),
    name text NOT NULL,
    email text NOT NULL,
    company text,
    message text NOT NULL,
    client_id /uuid/ REFERENCES client (id),
    created_at /instant/ NOT NULL,
    read_at /instant/
);
CREATE INDEX inquiry_partner ON inquiry (partner_id, id);
CREATE INDEX inquiry_unread ON inquiry (partner_id, id) WHERE read_at IS NULL;
CREATE INDEX inquiry_client ON inquiry (client_id, id) WHERE client_id IS NOT NULL;
CREATE TABLE invitation (
    id /uuid/ PRIMARY KEY,
    direction text NOT NULL CHECK (direction IN ('CLIENT_TO_PARTNER', 'PARTNER_TO_CLIENT')),
    status text NOT NULL CHECK (status IN ('PENDING', 'ACCEPTED', 'REJECTED', 'WITHDRAWN', 'EXPIRED')),
    client_account_id /uuid/ REFERENCES account (id),
    client_email text NOT NULL,
    partner_id /uuid/ NOT NULL REFERENCES account (id),
    client_id /uuid/ REFERENCES client (id),
    access_level text NOT NULL CHECK (access_level IN ('FULL', 'PARTIAL')),
    permissions integer NOT NULL,
    has_all_products boolean NOT NULL,
    payer text,
    message text,
    rejection_message text,
    access_expires_at /instant/,
    sent_by_id /uuid/ NOT NULL REFERENCES "user" (id),
    answered_by_id /uuid/ REFERENCES "user" (id),
    created_at /instant/ NOT NULL,
    expires_at /instant/ NOT NULL,
    answered_at /instant/
);
CREATE INDEX invitation_partner ON invitation (partner_id, direction, id);
CREATE INDEX invitation_client ON invitation (client_account_id, direction, id);
CREATE INDEX invitation_address ON invitation (client_email, id) WHERE client_account_id IS NULL;
CREATE UNIQUE INDEX invitation_pending ON invitation (direction, partner_id, client_account_id) WHERE status = 'PENDING';
CREATE UNIQUE INDEX invitation_pending_address ON invitation (partner_id, client_email) WHERE status = 'PENDING' AND client_account_id IS NULL;
CREATE INDEX invitation_received ON invitation (client_account_id, id) WHERE status = 'PENDING' AND direction = 'PARTNER_TO_CLIENT';
CREATE INDEX invitation_lapse ON invitation (expires_at) WHERE status = 'PENDING';
CREATE TABLE invitation_product (
    invitation_id /uuid/ NOT NULL REFERENCES invitation (id),
    product_id /uuid/ NOT NULL,
    PRIMARY KEY (invitation_id, product_id)
);
CREATE TABLE partnership (
    id /uuid/ PRIMARY KEY,
    partner_id /uuid/ NOT NULL REFERENCES account (id),
    client_account_id /uuid/ NOT NULL REFERENCES account (id),
    status text NOT NULL CHECK (status IN ('ACTIVE', 'FROZEN', 'ENDED')),
    access_level text NOT NULL,
    permissions integer NOT NULL,
    has_all_products boolean NOT NULL,
    payer text NOT NULL CHECK (payer IN ('CLIENT', 'PARTNER')),
    expires_at /instant/,
    created_at /instant/ NOT NULL,
    ended_at /instant/,
    CONSTRAINT partnership_payer CHECK (payer = 'CLIENT' OR access_level = 'FULL')
);
CREATE UNIQUE INDEX partnership_pair ON partnership (partner_id, client_account_id) WHERE status <> 'ENDED';
CREATE INDEX partnership_client ON partnership (client_account_id, partner_id);
CREATE INDEX partnership_partner ON partnership (partner_id, id);
CREATE INDEX partnership_expiry ON partnership (expires_at) WHERE status = 'ACTIVE' AND expires_at IS NOT NULL;
CREATE TABLE access_reminder (
    partnership_id /uuid/ PRIMARY KEY REFERENCES partnership (id),
    due_at /instant/ NOT NULL
);
CREATE INDEX access_reminder_due ON access_reminder (due_at);
CREATE TABLE power_of_attorney (
    partnership_id /uuid/ PRIMARY KEY REFERENCES partnership (id),
    signed_on /date/ NOT NULL,
    reference text NOT NULL,
    document_sha256 text CHECK (length(document_sha256) = 64),
    used_by_id /uuid/ NOT NULL REFERENCES "user" (id),
    used_at /instant/ NOT NULL,
    confirmed_at /instant/,
    disputed_at /instant/,
    decided_at /instant/,
    decided_by_id /uuid/ REFERENCES "user" (id),
    CONSTRAINT power_of_attorney_answer CHECK (confirmed_at IS NULL OR disputed_at IS NULL)
);
CREATE TABLE partnership_product (
    partnership_id /uuid/ NOT NULL REFERENCES partnership (id),
    product_id /uuid/ NOT NULL,
    PRIMARY KEY (partnership_id, product_id)
);
CREATE INDEX partnership_product_product ON partnership_product (product_id, partnership_id);
CREATE TABLE payer_change (
    id /uuid/ PRIMARY KEY,
    partnership_id /uuid/ NOT NULL REFERENCES partnership (id),
    from_payer text NOT NULL,
    to_payer text NOT NULL,
    changed_by_id /uuid/ REFERENCES "user" (id),
    changed_at /instant/ NOT NULL
);
CREATE INDEX payer_change_partnership ON payer_change (partnership_id, id);
