//! The statements about who looks after products.

use entities::id::{AccountId, PartnershipId, ProductId};
use entities::{partnership, product, unmanaged_product};
use sea_orm::{ActiveEnum, FromQueryResult};
use serde_json::json;

use super::super::rules::{Candidate, Managers};
use super::Found;
use crate::error::Error;
use crate::sql::{Type, insert_new};
use crate::work::Work;

/// Products that partnerships name.
#[derive(FromQueryResult)]
struct Names {
    partnership_id: PartnershipId,
    product_id: ProductId,
}

/// The products that these partnerships name.
pub(in super::super) async fn named_by(
    work: &Work,
    ids: &[PartnershipId],
) -> Result<Vec<(PartnershipId, ProductId)>, Error> {
    let mut sql = work.sql();
    sql.push("SELECT partnership_id, product_id FROM partnership_product WHERE partnership_id ").any(ids);
    let rows = sql.all::<Names>(work.conn()).await?;
    Ok(rows.into_iter().map(|Names { partnership_id, product_id }| (partnership_id, product_id)).collect())
}

/// The partnerships in force of these accounts, which are locked.
pub(in super::super) async fn candidates(work: &Work, accounts: &[AccountId]) -> Result<Vec<Candidate>, Error> {
    let mut sql = work.sql();
    sql.push("SELECT s.* FROM partnership s WHERE s.client_account_id ").any(accounts);
    sql.add(
        " AND s.status = 'ACTIVE' AND (s.expires_at IS NULL OR s.expires_at > ?) ORDER BY s.id",
        [work.now().into()],
    );
    let rows = sql.all::<partnership::Model>(work.conn()).await?;
    Ok(rows.iter().map(Candidate::of).collect())
}

/// A partnership `s` that still looks after `p` and covers it, or is frozen until it is decided whether it does; one value, the instant.
const STAYS: &str =
    "s.id = p.managed_by_id AND s.client_account_id = p.account_id AND (s.status = 'FROZEN' OR (s.status = 'ACTIVE'
    AND (s.expires_at IS NULL OR s.expires_at > ?) AND (s.has_all_products OR EXISTS (
        SELECT 1 FROM partnership_product c WHERE c.partnership_id = s.id AND c.product_id = p.id))))";

/// Writes who looks after what nobody looks after (any more), as it was decided for each account; not of what has left it meanwhile.
pub(in super::super) async fn settle(work: &Work, decided: &[(AccountId, Managers)]) -> Result<(), Error> {
    let others: Vec<_> =
        decided.iter().map(|(account, it)| json!({ "account_id": account, "manager": it.of_others })).collect();
    let named: Vec<_> = decided
        .iter()
        .flat_map(|(_, it)| &it.of_named)
        .map(|(product, manager)| json!({ "product_id": product, "manager": manager }))
        .collect();
    let mut sql = work.sql();
    sql.push("WITH d AS (SELECT * FROM ");
    sql.records("d", &[("account_id", Type::Id), ("manager", Type::Id)], &others)?;
    sql.push("), n AS (SELECT * FROM ");
    sql.records("n", &[("product_id", Type::Id), ("manager", Type::Id)], &named)?;
    sql.push(
        "), x AS (SELECT p.id, p.account_id, coalesce(n.manager, d.manager,
                CASE WHEN EXISTS (SELECT 1 FROM partnership e WHERE e.id = p.managed_by_id AND e.status = 'ENDED') THEN p.managed_by_id END
            ) AS manager
            FROM d JOIN product p ON p.account_id = d.account_id LEFT JOIN n ON n.product_id = p.id
            WHERE p.status <> 'CANCELLED' AND NOT EXISTS (SELECT 1 FROM unmanaged_product u WHERE u.product_id = p.id)
                AND NOT EXISTS (SELECT 1 FROM partnership s WHERE ",
    );
    sql.add(STAYS, [work.now().into()]).push(
        "))
        UPDATE product SET managed_by_id = x.manager, renewal_billing = CASE
            WHEN (SELECT a.partner_id FROM partnership a WHERE a.id = x.manager)
                = (SELECT b.partner_id FROM partnership b WHERE b.id = product.managed_by_id) THEN renewal_billing
            ELSE 'ACCOUNT' END
        FROM x WHERE product.id = x.id AND product.account_id = x.account_id AND product.managed_by_id IS DISTINCT FROM x.manager",
    );
    sql.execute(work.conn()).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Manager {
    managed_by_id: Option<PartnershipId>,
}

/// Who looks after a product now; none also for a product that does not exist.
pub(in super::super) async fn manager_of(work: &Work, id: ProductId) -> Result<Option<PartnershipId>, Error> {
    let mut sql = work.sql();
    sql.add("SELECT managed_by_id FROM product WHERE id = ?", [id.into()]);
    Ok(sql.one::<Manager>(work.conn()).await?.and_then(|row| row.managed_by_id))
}

/// Partnerships by their ids, locked in the order of their ids.
pub(in super::super) async fn lock_partnerships(
    work: &Work,
    ids: &[PartnershipId],
) -> Result<Vec<partnership::Model>, Error> {
    let mut sql = work.sql();
    sql.push("SELECT * FROM partnership WHERE id ").any(ids).push(" ORDER BY id /for update/");
    Ok(sql.all(work.conn()).await?)
}

/// Sets who looks after a product, and how its renewals are billed. Its row is locked.
pub(in super::super) async fn set_manager(work: &Work, row: &product::Model) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE product SET managed_by_id = ?, renewal_billing = ? WHERE id = ?",
        [row.managed_by_id.into(), row.renewal_billing.to_value().into(), row.id.into()],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}

/// Remembers that the client wants nobody to look after a product, or forgets it.
pub(in super::super) async fn keep_unmanaged(work: &Work, product_id: ProductId, is_wanted: bool) -> Result<(), Error> {
    if is_wanted {
        insert_new::<unmanaged_product::Entity>(work.conn(), &[unmanaged_product::Model { product_id }]).await?;
        return Ok(());
    }
    let mut sql = work.sql();
    sql.add("DELETE FROM unmanaged_product WHERE product_id = ?", [product_id.into()]);
    sql.execute(work.conn()).await?;
    Ok(())
}

/// Holds what an account has of partnerships that have not ended, by their ids: none of them ends before the act is committed.
pub(in super::super) async fn hold_all_of(work: &Work, account_id: AccountId) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT 1 AS n FROM partnership WHERE client_account_id = ? AND status <> 'ENDED' ORDER BY id /for share/",
        [account_id.into()],
    );
    sql.all::<Found>(work.conn()).await?;
    Ok(())
}

/// No partnership names this product any more, nor does an offer of one that waits for its answer.
pub(in super::super) async fn forget_product(work: &Work, id: ProductId) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add("DELETE FROM partnership_product WHERE product_id = ?", [id.into()]);
    sql.execute(work.conn()).await?;
    let mut sql = work.sql();
    sql.add(
        "DELETE FROM invitation_product WHERE product_id = ?
            AND invitation_id IN (SELECT i.id FROM invitation i WHERE i.status = 'PENDING')",
        [id.into()],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}
