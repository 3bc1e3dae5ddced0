INSERT INTO feed_position (id, last) VALUES (1, 0);
-- only postgres
INSERT INTO signing_key (id, secret) VALUES (1, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
-- end
-- only sqlite
INSERT INTO signing_key (id, secret) VALUES (1, randomblob(32));
-- end
