//! All that is asked leave for, and all that is seen: what the access matrix is made of.
//!
//! Every action and every table that is seen by rows is declared in a list of its area, which makes it known here: a list that is
//! not named is a warning of dead code, and a new entry changes the matrix that `tests/it/matrix` holds against rules §2.

use crate::permission::{AnyAction, AnySubject};
use crate::{
    account, activity, affiliate, api_key, audit, billing, catalogue, client, contact, contributor, credit, inquiry,
    job, membership, notification, order, partnership, payout, plan_change, product, programme, renewal, support, task,
    transfer, webhook,
};

/// Every action, area by area.
pub fn actions() -> impl Iterator<Item = &'static AnyAction> {
    let areas = [
        account::actions::ACTIONS,
        membership::actions::ACTIONS,
        api_key::actions::ACTIONS,
        programme::actions::ACTIONS,
        affiliate::actions::ACTIONS,
        client::actions::ACTIONS,
        task::actions::ACTIONS,
        inquiry::actions::ACTIONS,
        partnership::actions::ACTIONS,
        order::actions::ACTIONS,
        product::actions::ACTIONS,
        plan_change::actions::ACTIONS,
        contact::actions::ACTIONS,
        contributor::actions::ACTIONS,
        transfer::actions::ACTIONS,
        renewal::actions::ACTIONS,
        billing::actions::ACTIONS,
        credit::actions::ACTIONS,
        payout::actions::ACTIONS,
        support::actions::ACTIONS,
        webhook::actions::ACTIONS,
    ];
    areas.into_iter().flatten()
}

/// Every table whose rows are seen, area by area.
pub fn subjects() -> impl Iterator<Item = &'static AnySubject> {
    let areas = [
        account::subject::SUBJECTS,
        api_key::subject::SUBJECTS,
        programme::subject::SUBJECTS,
        affiliate::subject::SUBJECTS,
        client::subject::SUBJECTS,
        task::subject::SUBJECTS,
        inquiry::subject::SUBJECTS,
        partnership::subject::SUBJECTS,
        catalogue::subject::SUBJECTS,
        order::subject::SUBJECTS,
        product::subject::SUBJECTS,
        contact::subject::SUBJECTS,
        contributor::subject::SUBJECTS,
        transfer::subject::SUBJECTS,
        renewal::subject::SUBJECTS,
        billing::subject::SUBJECTS,
        payout::subject::SUBJECTS,
        activity::subject::SUBJECTS,
        webhook::subject::SUBJECTS,
        audit::subject::SUBJECTS,
        job::subject::SUBJECTS,
        notification::subject::SUBJECTS,
    ];
    areas.into_iter().flatten()
}
