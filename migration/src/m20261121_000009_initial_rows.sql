INSERT INTO feed_position (id, last) VALUES (1, 0);
