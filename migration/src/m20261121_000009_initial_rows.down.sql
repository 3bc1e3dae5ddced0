DELETE FROM signing_key;
DELETE FROM feed_position;
