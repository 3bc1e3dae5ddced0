DROP TABLE contributor;
DROP TABLE unmanaged_product;
DROP TABLE product;
DROP TABLE order_line;
DROP TABLE "order";
DROP TABLE cart_item;
DROP TABLE cart;
DROP TABLE payment_method;
