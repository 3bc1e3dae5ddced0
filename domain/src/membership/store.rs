//! The statements of memberships and the offers of them.

use entities::api_key;
use entities::id::{AccountId, ApiKeyId, MemberInvitationId, MembershipId, UserId};
use entities::member_invitation::{self, MemberInvitationStatus};
use entities::membership::{self, Role};
use sea_orm::{ActiveEnum, DbErr, FromQueryResult};

use crate::error::Error;
use crate::sql::{insert, insert_new};
use crate::work::{Number, Work};

/// A person, as mails name and reach them.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Person {
    pub(super) id: UserId,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) locale: String,
    pub(super) is_staff: bool,
}

/// The people with these ids.
pub(super) async fn people(work: &Work, ids: &[UserId]) -> Result<Vec<Person>, DbErr> {
    let mut sql = work.sql();
    sql.push(r#"SELECT id, email, name, locale, is_staff FROM "user" WHERE id "#).any(ids);
    sql.all(work.conn()).await
}

/// One person, who is there.
pub(super) async fn person(work: &Work, id: UserId) -> Result<Person, Error> {
    people(work, &[id]).await?.pop().ok_or_else(|| Error::fault("a member who is nobody"))
}

/// The person with this address.
pub(super) async fn person_at(work: &Work, email: &str) -> Result<Option<Person>, DbErr> {
    let mut sql = work.sql();
    sql.add(r#"SELECT id, email, name, locale, is_staff FROM "user" WHERE email = ?"#, [email.into()]);
    sql.one(work.conn()).await
}

/// An account, as mails name it.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) locale: String,
}

/// The accounts with these ids, by name.
pub(super) async fn accounts(work: &Work, ids: &[AccountId]) -> Result<Vec<Named>, DbErr> {
    let mut sql = work.sql();
    sql.push("SELECT name, locale FROM account WHERE id ").any(ids).push(" ORDER BY name, id");
    sql.all(work.conn()).await
}

/// One account, which is there.
pub(super) async fn account(work: &Work, id: AccountId) -> Result<Named, Error> {
    accounts(work, &[id]).await?.pop().ok_or_else(|| Error::fault("members of no account"))
}

/// The membership of a user in an account that is in force.
pub(super) async fn member(
    work: &Work,
    account_id: AccountId,
    user_id: UserId,
) -> Result<Option<membership::Model>, DbErr> {
    let mut sql = work.sql();
    sql.add(
        "SELECT m.* FROM membership m LEFT JOIN partnership g ON g.id = m.granted_through_id
        WHERE m.account_id = ? AND m.user_id = ? AND (m.granted_through_id IS NULL
            OR (g.status = 'ACTIVE' AND g.has_all_products AND (g.expires_at IS NULL OR g.expires_at > ?)))",
        [account_id.into(), user_id.into(), work.now().into()],
    );
    sql.one(work.conn()).await
}

/// The role by which a user is a member of an account's own, held against a change.
pub(super) async fn own_role(work: &Work, account_id: AccountId, user_id: UserId) -> Result<Option<Role>, DbErr> {
    let mut sql = work.sql();
    sql.add(
        "SELECT * FROM membership WHERE account_id = ? AND user_id = ? AND granted_through_id IS NULL /for share/",
        [account_id.into(), user_id.into()],
    );
    Ok(sql.one::<membership::Model>(work.conn()).await?.map(|row| row.role))
}

/// The membership, locked, if it is one of this account.
pub(super) async fn lock_member(
    work: &Work,
    id: MembershipId,
    account_id: AccountId,
) -> Result<Option<membership::Model>, DbErr> {
    let mut sql = work.sql();
    let values = [id.into(), account_id.into()];
    sql.add("SELECT * FROM membership WHERE id = ? AND account_id = ? /for update/", values);
    sql.one(work.conn()).await
}

/// Adds a membership in the place of one that is not in force any more; false when the user is a member.
pub(super) async fn add_member(work: &Work, row: &membership::Model) -> Result<bool, DbErr> {
    let mut sql = work.sql();
    sql.add(
        "DELETE FROM membership WHERE account_id = ? AND user_id = ? AND EXISTS (
            SELECT 1 FROM partnership g WHERE g.id = membership.granted_through_id
                AND (g.status = 'ENDED' OR NOT g.has_all_products OR g.expires_at <= ?))",
        [row.account_id.into(), row.user_id.into(), work.now().into()],
    );
    sql.execute(work.conn()).await?;
    Ok(insert_new::<membership::Entity>(work.conn(), std::slice::from_ref(row)).await? == 1)
}

/// Writes what of a membership can change. Its row is locked.
pub(super) async fn change_member(work: &Work, row: &membership::Model) -> Result<(), DbErr> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE membership SET role = ?, permissions = ?, granted_through_id = ? WHERE id = ?",
        [row.role.to_value().into(), row.permissions.into(), row.granted_through_id.into(), row.id.into()],
    );
    sql.execute(work.conn()).await.map(drop)
}

/// How many offers of an account wait.
pub(super) async fn count_pending(work: &Work, account_id: AccountId) -> Result<i64, DbErr> {
    let mut sql = work.sql();
    sql.add(
        "SELECT count(*) AS n FROM member_invitation WHERE account_id = ? AND status = 'PENDING' AND expires_at > ?",
        [account_id.into(), work.now().into()],
    );
    Ok(sql.one::<Number>(work.conn()).await?.map_or(0, |row| row.n))
}

/// Adds an offer in the place of the one that waits at this address; false when another took that place at the same time.
pub(super) async fn add_invitation(work: &Work, row: &member_invitation::Model) -> Result<(), DbErr> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE member_invitation SET status = 'WITHDRAWN', answered_at = ? WHERE account_id = ? AND email = ? AND status = 'PENDING'",
        [work.now().into(), row.account_id.into(), row.email.clone().into()],
    );
    sql.execute(work.conn()).await?;
    insert::<member_invitation::Entity>(work.conn(), std::slice::from_ref(row)).await.map(drop)
}

/// The offer, locked.
pub(super) async fn lock_invitation(
    work: &Work,
    id: MemberInvitationId,
) -> Result<Option<member_invitation::Model>, DbErr> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM member_invitation WHERE id = ? /for update/", [id.into()]);
    sql.one(work.conn()).await
}

/// Writes how an offer ended. Its row is locked.
pub(super) async fn answer(work: &Work, id: MemberInvitationId, status: MemberInvitationStatus) -> Result<(), DbErr> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE member_invitation SET status = ?, answered_at = ? WHERE id = ?",
        [status.to_value().into(), work.now().into(), id.into()],
    );
    sql.execute(work.conn()).await.map(drop)
}

/// The key, held against being revoked, unless it is over.
pub(super) async fn key_in_force(work: &Work, id: ApiKeyId) -> Result<Option<api_key::Model>, DbErr> {
    let mut sql = work.sql();
    sql.add(
        "SELECT * FROM api_key WHERE id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?) /for share/",
        [id.into(), work.now().into()],
    );
    sql.one(work.conn()).await
}

/// Takes back what was offered with a key.
pub(super) async fn withdraw_of_key(work: &Work, id: ApiKeyId) -> Result<(), DbErr> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE member_invitation SET status = 'WITHDRAWN', answered_at = ? WHERE api_key_id = ? AND status = 'PENDING'",
        [work.now().into(), id.into()],
    );
    sql.execute(work.conn()).await.map(drop)
}
