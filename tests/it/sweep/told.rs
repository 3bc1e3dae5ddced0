//! Looks through an answer: whatever stands in it, its reader may see.

use std::collections::{BTreeMap, BTreeSet};

use api::id::from_type_name;
use domain::permission::Permission;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::sight::Sight;
use super::views::Views;
use super::world::row;

/// What it takes to be told a field of something that one is shown.
pub enum Takes {
    Nothing,
    /// Any permission on the account as a whole.
    Anything,
    /// This in the account, as one of its members.
    Member(Permission),
    /// What stands in it is judged by itself: by its ids, and by its count.
    Each,
    /// It says what its reader may do.
    Own,
}

/// An account's fields. Whoever has reached one through something that they see is told what is public of it. Source: the
/// contract's head, its words on `Account.owner`, and rules §2.
///
/// Its lists hold what their reader sees, and nothing else: "one visibility rule per type, applied where objects are loaded, in
/// SQL for lists" (rules §2). Hence an invitation or a partnership stands in the lists of both its sides, for whoever sees it
/// from either; the contract's "they find every list empty" is about what is not theirs.
pub const OF_ACCOUNT: &[(&str, Takes)] = &[
    ("id", Takes::Nothing),
    ("name", Takes::Nothing),
    ("country", Takes::Nothing),
    ("locale", Takes::Nothing),
    ("currencyCode", Takes::Nothing),
    ("timeZone", Takes::Nothing),
    ("createdAt", Takes::Nothing),
    ("vatId", Takes::Anything),
    ("billingAddress", Takes::Anything),
    ("owner", Takes::Anything),
    ("programme", Takes::Anything),
    ("affiliate", Takes::Anything),
    ("viewerPermissions", Takes::Own),
    ("renewalForecast", Takes::Member(Permission::ViewInvoices)),
    ("payoutMethod", Takes::Member(Permission::ManageBilling)),
    ("wallet", Takes::Member(Permission::ViewInvoices)),
    ("wallets", Takes::Member(Permission::ViewInvoices)),
    ("partnerProfile", Takes::Each),
    ("paymentMethods", Takes::Each),
    ("members", Takes::Each),
    ("apiKeys", Takes::Each),
    ("clients", Takes::Each),
    ("tasks", Takes::Each),
    ("inquiries", Takes::Each),
    ("receivedInvitations", Takes::Each),
    ("sentInvitations", Takes::Each),
    ("partnershipsAsPartner", Takes::Each),
    ("partnershipsAsClient", Takes::Each),
    ("contacts", Takes::Each),
    ("products", Takes::Each),
    ("carts", Takes::Each),
    ("orders", Takes::Each),
    ("invoices", Takes::Each),
    ("activity", Takes::Each),
    ("auditLog", Takes::Each),
    ("webhookEndpoints", Takes::Each),
];

/// Whose affair a figure of a renewal is.
#[derive(Clone, Copy)]
pub enum Affair {
    Everybodys,
    /// Of those who see the payer's invoices.
    Payers,
    /// Of those who see the wallet of the partner that looks after the product.
    Partners,
}

/// A renewal's figures. Source: the contract's words on `RenewalQuote`, and rules §3, "Who sees which figure".
pub const OF_QUOTE: &[(&str, Affair)] = &[
    ("on", Affair::Everybodys),
    ("billedTo", Affair::Everybodys),
    ("publicPrice", Affair::Everybodys),
    ("discount", Affair::Payers),
    ("tax", Affair::Payers),
    ("total", Affair::Payers),
    ("cashback", Affair::Partners),
];

/// Types with an id that one may be shown without being able to look them up: of whoever did something, the name; of a product
/// that is offered, what the offer says.
const NAMED: [&str; 3] = ["Account", "User", "OfferedProduct"];

/// What one person has been told.
pub struct Told<'a> {
    pub views: &'a Views,
    pub sight: &'a Sight,
    pub may: &'a BTreeMap<&'static str, BTreeSet<String>>,
    /// What should not have been.
    pub findings: BTreeSet<String>,
    /// How many fields it was.
    pub fields: usize,
}

impl Told<'_> {
    pub fn find(&mut self, finding: String) {
        self.findings.insert(finding);
    }

    pub fn sees(&self, of: &str, id: &str) -> bool {
        self.may.get(of).is_some_and(|ids| ids.contains(id))
    }

    /// Looks through what stands at a path of an answer.
    pub fn check(&mut self, value: &Value, path: &str) {
        self.walk(value, path, None);
    }

    /// `product`: the one that is spoken of.
    fn walk(&mut self, value: &Value, path: &str, product: Option<&str>) {
        let Value::Object(fields) = value else {
            for item in value.as_array().into_iter().flatten() {
                self.walk(item, path, product);
            }
            return;
        };
        self.fields += fields.len();
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        let (of, id) = (text("__typename").unwrap_or_default(), text("id"));
        if let Some(id) = id
            && !NAMED.contains(&of)
            && !self.sees(of, id)
        {
            self.find(format!("{path} gives the {of} {id}"));
        }
        let product = match of {
            "Product" => id,
            "RenewalChange" => value["product"]["id"].as_str(),
            _ => product,
        };
        match (of, id) {
            ("Account", Some(id)) => self.account(fields, row(id), path),
            ("RenewalQuote", _) => self.quote(fields, product, path),
            _ => {}
        }
        self.list(fields, path);
        for (name, value) in fields {
            self.walk(value, &format!("{path}.{name}"), product);
        }
    }

    fn account(&mut self, fields: &Map<String, Value>, account: Uuid, path: &str) {
        let held = self.sight.on_account(account);
        for (name, takes) in OF_ACCOUNT {
            let Some(value) = fields.get(*name) else { continue };
            let is_theirs = match takes {
                Takes::Nothing | Takes::Each => true,
                Takes::Anything => !held.is_empty(),
                Takes::Member(permission) => self.sight.holds(account, *permission),
                Takes::Own => {
                    let told: BTreeSet<_> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                    if told != held {
                        self.find(format!("{path}.{name} says {told:?}, and it is {held:?}"));
                    }
                    true
                }
            };
            if !is_theirs && says(value) {
                self.find(format!("{path} gives {name} of an account: {value}"));
            }
        }
    }

    fn quote(&mut self, fields: &Map<String, Value>, product: Option<&str>, path: &str) {
        let Some(payer) = fields.get("billedTo").and_then(|payer| payer["id"].as_str()) else { return };
        let sees = |account: Uuid| self.sight.holds(account, Permission::ViewInvoices);
        let partner = product.and_then(|product| self.views.manager(product));
        let (is_payer, is_partner) = (sees(row(payer)), partner.is_some_and(sees));
        for (name, affair) in OF_QUOTE {
            let is_theirs = match affair {
                Affair::Everybodys => true,
                Affair::Payers => is_payer,
                Affair::Partners => is_partner,
            };
            if !is_theirs && fields.get(*name).is_some_and(says) {
                self.find(format!("{path} gives {name} of a renewal that {payer} pays"));
            }
        }
    }

    /// A list counts what it lists. Of one that is longer than its page, that is no more than what there is for its reader.
    fn list(&mut self, fields: &Map<String, Value>, path: &str) {
        let Some(total) = fields.get("totalCount").and_then(Value::as_u64) else { return };
        let Some(nodes) = fields.get("nodes").and_then(Value::as_array) else { return };
        if fields.get("unreadCount").and_then(Value::as_u64).is_some_and(|unread| unread > total) {
            self.find(format!("{path} counts more unread than its {total}"));
        }
        let is_whole = fields["pageInfo"]["hasNextPage"] == json!(false);
        let shown = u64::try_from(nodes.len()).expect("the length of a page");
        if is_whole && total != shown {
            self.find(format!("{path} counts {total} and lists {shown}"));
        }
        let of = nodes.first().and_then(|node| node["__typename"].as_str()).unwrap_or_default();
        if from_type_name(of).is_some() {
            let all = self.may.get(of).map_or(0, |ids| ids.len() as u64);
            if total > all {
                self.find(format!("{path} counts {total}, and its reader sees {all} of {of}"));
            }
        }
    }
}

/// Whether a field tells anything.
fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(all) => !all.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => true,
    }
}
