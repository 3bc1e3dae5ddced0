//! Entries of the audit log as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    audit_entry(AuditEntryId) by visible::audit_entries;
}
