//! How answers are read, row by row: as the published API has them, and as a gateway that is wrong may have them.

use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::money::Currency;

fn charge(minor: i64, currency: &str) -> Charge {
    let currency = Currency::parse(currency).unwrap();
    Charge {
        payment_id: PaymentId(Uuid::nil()),
        method: Some("cus_1/pm_1".to_owned()),
        amount: Money::new(minor, currency),
        is_attended: true,
    }
}

#[test]
fn amounts_are_counted_as_stripe_does() {
    for (minor, currency, expected) in [
        (11_781, "EUR", Some(11_781)),
        (500, "JPY", Some(500)),
        (500, "ISK", Some(50_000)),
        (500, "UGX", Some(50_000)),
        (1_230, "KWD", Some(1_230)),
        (1_234, "KWD", None),
        (i64::MAX, "ISK", None),
    ] {
        assert_eq!(units(charge(minor, currency).amount), expected, "{minor} {currency}");
    }
}

#[test]
fn a_paid_intent_is_paid_only_of_what_was_asked() {
    let intent = |received: i64, currency: &str| json!({ "id": "pi_1", "object": "payment_intent", "status": "succeeded", "amount_received": received, "currency": currency });
    let asked = charge(11_781, "EUR");
    assert_eq!(outcome(&intent(11_781, "eur"), &asked), Outcome::Succeeded { reference: "pi_1".to_owned() });
    for wrong in [intent(11_780, "eur"), intent(0, "eur"), intent(11_781, "usd"), json!({ "status": "succeeded" })] {
        assert_eq!(outcome(&wrong, &asked), Outcome::Unknown, "{wrong}");
    }
}

#[test]
fn each_status_has_its_outcome() {
    let asked = charge(100, "EUR");
    let url = "https://hooks.stripe.com/3d_secure";
    let action = json!({ "type": "redirect_to_url", "redirect_to_url": { "url": url } });
    let needs = json!({ "status": "requires_action", "next_action": action });
    assert_eq!(outcome(&needs, &asked), Outcome::NeedsCustomer { url: url.to_owned() });
    let error = json!({ "code": "card_declined", "decline_code": "lost_card" });
    let refused = json!({ "status": "requires_payment_method", "last_payment_error": error });
    assert_eq!(outcome(&refused, &asked), declined("lost_card"));
    assert_eq!(outcome(&json!({ "status": "canceled" }), &asked), declined("abandoned"));
    for unclear in ["processing", "requires_capture", "requires_confirmation", "new_in_2030"] {
        assert_eq!(outcome(&json!({ "status": unclear }), &asked), Outcome::Unknown, "{unclear}");
    }
    assert_eq!(outcome(&json!({ "status": "requires_action", "next_action": {} }), &asked), Outcome::Unknown);
}

#[test]
fn only_what_stripe_has_refused_is_declined() {
    let asked = charge(100, "EUR");
    let error = |kind: &str, code: &str| json!({ "error": { "type": kind, "code": code } });
    for (status, body, expected) in [
        (402, error("card_error", "expired_card"), declined("expired_card")),
        (402, error("card_error", "authentication_required"), declined("authentication_required")),
        (400, error("invalid_request_error", "resource_missing"), declined("resource_missing")),
        (400, error("idempotency_error", "idempotency_key_reused"), Outcome::Unknown),
        (401, error("invalid_request_error", "api_key_expired"), Outcome::Unknown),
        (409, error("idempotency_error", "idempotency_key_in_use"), Outcome::Unknown),
        (429, error("invalid_request_error", "rate_limit"), Outcome::Unknown),
        (500, error("api_error", ""), Outcome::Unknown),
        (302, json!({}), Outcome::Unknown),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        assert_eq!(charged(status, &body, &asked), expected, "{status} {body}");
    }
}

#[test]
fn a_refund_is_paid_back_only_of_what_was_asked() {
    let refund =
        Refund { refund_id: Uuid::nil().into(), charge: "pi_1".to_owned(), amount: Money::new(3_333, Currency::EUR) };
    let body = |status: &str, amount: i64| json!({ "id": "re_1", "status": status, "amount": amount });
    let error = |code: &str| json!({ "error": { "type": "invalid_request_error", "code": code } });
    for (status, body, expected) in [
        (200, body("succeeded", 3_333), Outcome::Succeeded { reference: "re_1".to_owned() }),
        (200, body("succeeded", 3_334), Outcome::Unknown),
        (200, body("pending", 3_333), Outcome::Unknown),
        (200, body("failed", 3_333), declined("refund_failed")),
        (400, error("charge_already_refunded"), declined("charge_already_refunded")),
        (429, error("rate_limit"), Outcome::Unknown),
        (500, json!({}), Outcome::Unknown),
    ] {
        assert_eq!(refunded(StatusCode::from_u16(status).unwrap(), &body, &refund), expected, "{status} {body}");
    }
}

#[test]
fn a_kept_method_is_known_by_its_end() {
    let intent = json!({
        "id": "seti_1", "status": "succeeded", "customer": "cus_1",
        "payment_method": { "id": "pm_1", "card": { "brand": "visa", "last4": "4242", "exp_month": 2, "exp_year": 2028 } },
    });
    let expected = StoredMethod {
        reference: "cus_1/pm_1".to_owned(),
        brand: "visa".to_owned(),
        last4: "4242".to_owned(),
        expires_on: NaiveDate::from_ymd_opt(2028, 2, 29).unwrap(),
    };
    assert_eq!(stored(StatusCode::OK, &intent), Ok(expected));
    for (field, value) in [("customer", json!(null)), ("customer", json!("../v1")), ("payment_method", json!("pm_1"))] {
        let mut wrong = intent.clone();
        wrong[field] = value;
        assert_eq!(stored(StatusCode::OK, &wrong), Err(StoreMethodError::Unavailable), "{wrong}");
    }
}

#[test]
fn nothing_but_an_id_gets_into_an_address() {
    assert!(is_token("pm_1NqX") && is_token("seti_0"));
    for wrong in ["", "pm_", "tok_visa", "pm_1/../..", "pm_1?x=1", "pm_1 ", "pm_\u{e9}", "4242424242424242"] {
        assert!(!is_token(wrong), "{wrong}");
    }
}
