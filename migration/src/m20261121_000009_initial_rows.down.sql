DELETE FROM feed_position;
