DROP TABLE payer_change;
DROP TABLE partnership_product;
DROP TABLE power_of_attorney;
DROP TABLE access_reminder;
DROP TABLE partnership;
DROP TABLE invitation_product;
DROP TABLE invitation;
DROP TABLE client;
