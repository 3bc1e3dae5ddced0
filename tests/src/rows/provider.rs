//! What the provider's staff look after.

use entities::id::AccountId;
use entities::job::JobState;
use entities::{audit_entry, job, notification, renewal_run};
use serde_json::json;
use uuid::Uuid;

use super::Rows;

impl Rows {
    /// A run of renewals that found nothing.
    pub fn renewal_run(&mut self) {
        let row = renewal_run::Model {
            id: self.id(),
            as_of: self.now,
            started_at: self.now,
            finished_at: Some(self.now),
            is_dry_run: false,
            due: 0,
            renewed: 0,
            declined: 0,
            failed: 0,
            open_lanes: 0,
        };
        self.runs.push(row);
    }

    /// Something that a member of one account did for another; or, from no account, one of the staff.
    pub fn audit_entry(&mut self, acting_for: AccountId, acted_from: Option<AccountId>) {
        let row = audit_entry::Model {
            id: self.id(),
            occurred_at: self.now,
            actor_id: None,
            by_staff: acted_from.is_none(),
            acting_for_id: Some(acting_for),
            acted_from_id: acted_from,
            partnership_id: None,
            operation: "updateProduct".to_owned(),
            account_id: Some(acting_for),
            subject_type: None,
            subject_id: None,
            api_key_id: None,
            outcome: "DONE".to_owned(),
            ip: None,
        };
        self.audit_entries.push(row);
    }

    /// Work that was given up, or that goes its way.
    pub fn job(&mut self, state: JobState) {
        let row = job::Model {
            id: self.id(),
            kind: "reconcile".to_owned(),
            class: "fast".to_owned(),
            payload: json!({ "payment_ids": [] }),
            priority: 1,
            unique_key: None,
            run_at: i64::MAX,
            state,
            attempts: 0,
            max_attempts: 5,
            lease: None,
            lease_until: None,
            last_error: None,
            changed_at: 0,
        };
        self.jobs.push(row);
    }

    /// A mail that was given up, or that was sent.
    pub fn mail(&mut self, is_given_up: bool) {
        let id = self.id();
        let at = Some(self.now);
        let row = notification::Model {
            id,
            kind: "verify_address".to_owned(),
            subject_id: Uuid::from(id),
            step: 0,
            recipient: "ann@example.com".to_owned(),
            user_id: None,
            account_id: None,
            required: 0,
            written_by_id: None,
            locale: "en".to_owned(),
            data: json!({}),
            created_at: self.now,
            sent_at: at.filter(|_| !is_given_up),
            failed_at: at.filter(|_| is_given_up),
            last_error: is_given_up.then(|| "no such mailbox".to_owned()),
        };
        self.mails.push(row);
    }
}
