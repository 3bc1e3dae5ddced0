DROP TABLE price;
DROP TABLE plan;
DROP TABLE offering;
