DROP INDEX activity_time;
DROP TABLE webhook_position;
DROP TABLE webhook_delivery;
DROP TABLE webhook_endpoint;
