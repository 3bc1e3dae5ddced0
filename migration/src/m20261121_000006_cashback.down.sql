DROP TABLE test_gateway_refund;
DROP TABLE test_gateway_charge;
DROP TABLE test_gateway_method;
DROP TABLE wallet_entry;
DROP TABLE wallet;
DROP TABLE cashback;
DROP TABLE referral;
DROP TABLE affiliate;
