//! The statements of this area.

use entities::id::{AccountId, PartnerProfileId, ProgrammeId};
use entities::{partner_profile, programme, programme_kind_rate};
use sea_orm::{DbErr, FromQueryResult};

use crate::work::Number;
use crate::{Work, sql};

/// The programme, locked.
pub(super) async fn lock(work: &Work, id: ProgrammeId, lock: &str) -> Result<Option<programme::Model>, DbErr> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM programme WHERE id = ? ", [id.into()]).push(lock);
    sql.one(work.conn()).await
}

/// Writes a programme that exists.
pub(super) async fn update(work: &Work, programme: &programme::Model) -> Result<(), DbErr> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE programme SET name = ?, rate_bps = ?, contact_email = ?, accepts_access_offers = ?, hold_days = ?,
            minimum_payout_minor = ?, currency = ? WHERE id = ?",
        [
            programme.name.clone().into(),
            programme.rate_bps.into(),
            programme.contact_email.clone().into(),
            programme.accepts_access_offers.into(),
            programme.hold_days.into(),
            programme.minimum_payout_minor.into(),
            programme.currency.clone().into(),
            programme.id.into(),
        ],
    );
    sql.execute(work.conn()).await.map(drop)
}

/// Replaces the rates that differ.
pub(super) async fn replace_kind_rates(
    work: &Work,
    id: ProgrammeId,
    rates: &[programme_kind_rate::Model],
) -> Result<(), DbErr> {
    let mut sql = work.sql();
    sql.add("DELETE FROM programme_kind_rate WHERE programme_id = ?", [id.into()]);
    sql.execute(work.conn()).await?;
    sql::insert::<programme_kind_rate::Entity>(work.conn(), rates).await.map(drop)
}

/// Whether the account has a partnership, as a partner, that gives access or may give it again.
pub(super) async fn has_partnerships(work: &Work, account_id: AccountId) -> Result<bool, DbErr> {
    let mut sql = work.sql();
    sql.add(
        "SELECT count(*) AS n FROM (SELECT 1 FROM partnership WHERE partner_id = ?
            AND (status = 'FROZEN' OR status = 'ACTIVE' AND (expires_at IS NULL OR expires_at > ?)) LIMIT 1) s",
        [account_id.into(), work.now().into()],
    );
    Ok(sql.one::<Number>(work.conn()).await?.is_some_and(|row| row.n > 0))
}

/// Takes the account's profile from the public.
pub(super) async fn unpublish(work: &Work, account_id: AccountId) -> Result<(), DbErr> {
    let mut sql = work.sql();
    sql.add("UPDATE partner_profile SET is_published = FALSE WHERE account_id = ?", [account_id.into()]);
    sql.execute(work.conn()).await.map(drop)
}

/// Says which programme an account is in.
pub(super) async fn set_programme(work: &Work, account_id: AccountId, id: Option<ProgrammeId>) -> Result<(), DbErr> {
    let mut sql = work.sql();
    sql.add("UPDATE account SET programme_id = ? WHERE id = ?", [id.into(), account_id.into()]);
    sql.execute(work.conn()).await.map(drop)
}

/// The account's profile, locked.
pub(super) async fn profile_of(work: &Work, account_id: AccountId) -> Result<Option<partner_profile::Model>, DbErr> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM partner_profile WHERE account_id = ? /for update/", [account_id.into()]);
    sql.one(work.conn()).await
}

/// How a name reads; the index `partner_profile_reading` has the same words.
const READING: &str = "replace(replace(replace(slug, '-', ''), '0', 'o'), '1', 'l')";

#[derive(FromQueryResult)]
struct Taken {
    #[expect(dead_code, reason = "only whether there is a row counts")]
    id: PartnerProfileId,
}

/// Whether another account's profile has a name that reads like this one.
pub(super) async fn is_taken(work: &Work, slug: &str, account_id: AccountId) -> Result<bool, DbErr> {
    let reading = slug.replace('-', "").replace('0', "o").replace('1', "l");
    let mut sql = work.sql();
    sql.push("SELECT id FROM partner_profile WHERE ").push(READING);
    sql.add(" = ? AND account_id <> ?", [reading.into(), account_id.into()]);
    Ok(sql.one::<Taken>(work.conn()).await?.is_some())
}

/// Writes a profile that exists.
pub(super) async fn update_profile(work: &Work, profile: &partner_profile::Model) -> Result<(), DbErr> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE partner_profile SET slug = ?, headline = ?, description = ?, services = ?, website = ?, is_published = ?, search = ?
        WHERE id = ?",
        [
            profile.slug.clone().into(),
            profile.headline.clone().into(),
            profile.description.clone().into(),
            profile.services.clone().into(),
            profile.website.clone().into(),
            profile.is_published.into(),
            profile.search.clone().into(),
            profile.id.into(),
        ],
    );
    sql.execute(work.conn()).await.map(drop)
}
