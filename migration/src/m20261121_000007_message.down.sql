DROP TABLE audit_entry;
DROP TABLE activity;
DROP TABLE feed_position;
DROP TABLE bounced_address;
DROP TABLE notification_preference;
DROP TABLE notification;
DROP TABLE schedule;
DROP TABLE job;
