//! The statements of this area.

use chrono::NaiveDate;
use chrono_tz::Tz;
use entities::id::{AccountId, SessionId, UserId};
use entities::{account, user};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::json;

use crate::Work;
use crate::calendar::start_of_day;
use crate::sql::{Sql, Type};

/// The user with this address.
pub(crate) async fn user_by_email(conn: &impl ConnectionTrait, email: &str) -> Result<Option<user::Model>, DbErr> {
    let mut sql = Sql::new(conn.get_database_backend());
    sql.add(r#"SELECT * FROM "user" WHERE email = ?"#, [email.into()]);
    sql.one(conn).await
}

/// The user, locked.
pub(crate) async fn lock_user(work: &Work, id: UserId) -> Result<Option<user::Model>, DbErr> {
    let mut sql = work.sql();
    sql.add(r#"SELECT * FROM "user" WHERE id = ? /for update/"#, [id.into()]);
    sql.one(work.conn()).await
}

/// Ends every session of a user.
pub(super) async fn end_sessions(work: &Work, user_id: UserId) -> Result<u64, DbErr> {
    let mut sql = work.sql();
    let values = [work.real_now().into(), user_id.into()];
    sql.add("UPDATE session SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL", values);
    sql.execute(work.conn()).await
}

/// Ends one session.
pub(super) async fn end_session(work: &Work, id: SessionId) -> Result<u64, DbErr> {
    let mut sql = work.sql();
    sql.add("UPDATE session SET ended_at = ? WHERE id = ? AND ended_at IS NULL", [work.real_now().into(), id.into()]);
    sql.execute(work.conn()).await
}

/// Writes what of a user can change.
pub(crate) async fn update_user(work: &Work, user: &user::Model) -> Result<(), DbErr> {
    let mut sql = work.sql();
    sql.add(
        r#"UPDATE "user" SET name = ?, locale = ?, password_hash = ?, email_verified_at = ? WHERE id = ?"#,
        [
            user.name.clone().into(),
            user.locale.clone().into(),
            user.password_hash.clone().into(),
            user.email_verified_at.into(),
            user.id.into(),
        ],
    );
    sql.execute(work.conn()).await.map(drop)
}

/// Writes what of an account can change.
pub(super) async fn update_account(work: &Work, account: &account::Model) -> Result<(), DbErr> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE account SET name = ?, country = ?, locale = ?, time_zone = ?, vat_id = ?, billing_name = ?, billing_street = ?,
            billing_postal_code = ?, billing_city = ?, billing_country = ?, search = ?
        WHERE id = ?",
        [
            account.name.clone().into(),
            account.country.clone().into(),
            account.locale.clone().into(),
            account.time_zone.clone().into(),
            account.vat_id.clone().into(),
            account.billing_name.clone().into(),
            account.billing_street.clone().into(),
            account.billing_postal_code.clone().into(),
            account.billing_city.clone().into(),
            account.billing_country.clone().into(),
            account.search.clone().into(),
            account.id.into(),
        ],
    );
    sql.execute(work.conn()).await.map(drop)
}

#[derive(FromQueryResult)]
struct RenewalDay {
    renews_on: NaiveDate,
}

/// Lets the account's products renew at the beginning of the same day in another time zone: one statement to read the days that
/// there are, one to write.
pub(super) async fn move_renewals(work: &Work, account_id: AccountId, zone: Tz) -> Result<(), DbErr> {
    let mut sql = work.sql();
    sql.add("SELECT DISTINCT renews_on FROM product WHERE account_id = ?", [account_id.into()]);
    let days: Vec<RenewalDay> = sql.all(work.conn()).await?;
    let days: Vec<_> = days
        .iter()
        .map(|day| json!({ "renews_on": day.renews_on, "renews_at": start_of_day(day.renews_on, zone) }))
        .collect();
    let mut sql = work.sql();
    sql.push("UPDATE product SET renews_at = d.renews_at FROM ");
    sql.records("d", &[("renews_on", Type::Date), ("renews_at", Type::Instant)], &days)?;
    sql.add(" WHERE product.renews_on = d.renews_on AND product.account_id = ?", [account_id.into()]);
    sql.execute(work.conn()).await.map(drop)
}
