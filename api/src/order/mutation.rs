//! Filling carts, and ordering.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use domain::Error;
use domain::billing::Collected;
use domain::error::Refusal;
use domain::order::commands::{
    self, AddCartItem, CheckoutCart, CompleteSentCart, OrderItem, PlaceOrder, Placed, SendCart, UpdateCartItem,
};
use domain::order::queries;
use domain::patch::Patch;
use entities::id::{CartItemId, ClientId, PaymentMethodId, PlanId};
use entities::{cart, invitation, order};

use super::object::{Cart, CheckoutMethod, Order};
use crate::account::mutation::patch;
use crate::answer::{answer, loaded, payloads};
use crate::billing::mutation::{next_action, not_paid};
use crate::context::ContextExt;
use crate::id::{Kind, row_at, row_of};
use crate::loader::Seen;
use crate::partnership::object::Invitation;
use crate::scalar::Url;

#[derive(InputObject)]
struct CreateCartInput {
    client_id: ID,
}

#[derive(InputObject)]
struct AddCartItemInput {
    cart_id: ID,
    plan_id: ID,
    term_months: Option<i32>,
    #[graphql(default_with = "Some(1)")]
    quantity: Option<i32>,
    domain_name: Option<String>,
    registrant_id: Option<ID>,
}

#[derive(InputObject)]
struct UpdateCartItemInput {
    cart_id: ID,
    item_id: ID,
    term_months: Option<i32>,
    quantity: Option<i32>,
    registrant_id: MaybeUndefined<ID>,
}

#[derive(InputObject)]
struct RemoveCartItemInput {
    cart_id: ID,
    item_id: ID,
}

#[derive(InputObject)]
struct CheckoutCartInput {
    cart_id: ID,
    method: CheckoutMethod,
    payment_method_id: Option<ID>,
    idempotency_key: String,
}

#[derive(InputObject)]
struct OrderItemInput {
    plan_id: ID,
    term_months: Option<i32>,
    #[graphql(default_with = "Some(1)")]
    quantity: Option<i32>,
    domain_name: Option<String>,
    registrant_id: Option<ID>,
}

#[derive(InputObject)]
struct PlaceOrderInput {
    account_id: ID,
    items: Vec<OrderItemInput>,
    payment_method_id: Option<ID>,
    idempotency_key: String,
}

#[derive(InputObject)]
struct SendCartInput {
    cart_id: ID,
    message: Option<String>,
}

#[derive(InputObject)]
struct RecallCartInput {
    cart_id: ID,
}

#[derive(InputObject)]
struct CompleteSentCartInput {
    token: String,
    account_id: ID,
    payment_method_id: ID,
    idempotency_key: String,
}

payloads! {
    /// The cart, as it is now.
    CartPayload { cart: Option<Cart> }
    /// What was ordered, however its payment ended.
    OrderPayload {
        order: Option<Order>,
        access_needed: bool,
        access_request: Option<Invitation>,
        next_action_url: Option<Url>,
    }
}

impl AddCartItemInput {
    fn into_command(self) -> Result<AddCartItem, Error> {
        let Self { cart_id, plan_id, term_months, quantity, domain_name, registrant_id } = self;
        Ok(AddCartItem {
            cart_id: row_of(Kind::Cart, &cart_id)?,
            plan_id: row_at::<PlanId>(Kind::Plan, &plan_id, "planId")?,
            term_months,
            quantity: quantity.unwrap_or(1),
            domain_name,
            registrant_id: registrant_id.map(|id| row_at(Kind::Contact, &id, "registrantId")).transpose()?,
        })
    }
}

impl UpdateCartItemInput {
    fn into_command(self) -> Result<UpdateCartItem, Error> {
        let Self { cart_id, item_id, term_months, quantity, registrant_id } = self;
        let registrant_id = match patch(registrant_id) {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(id) => Patch::Set(row_at(Kind::Contact, &id, "registrantId")?),
        };
        Ok(UpdateCartItem {
            cart_id: row_of(Kind::Cart, &cart_id)?,
            item_id: row_at::<CartItemId>(Kind::CartItem, &item_id, "itemId")?,
            term_months,
            quantity,
            registrant_id,
        })
    }
}

fn payment_method(id: Option<&ID>) -> Result<Option<PaymentMethodId>, Error> {
    id.map(|id| row_at(Kind::PaymentMethod, id, "paymentMethodId")).transpose()
}

impl CheckoutCartInput {
    fn into_command(self) -> Result<CheckoutCart, Error> {
        let Self { cart_id, method, payment_method_id, idempotency_key } = self;
        Ok(CheckoutCart {
            cart_id: row_of(Kind::Cart, &cart_id)?,
            method: method.into(),
            payment_method_id: payment_method(payment_method_id.as_ref())?,
            idempotency_key,
        })
    }
}

impl CompleteSentCartInput {
    fn into_command(self) -> Result<CompleteSentCart, Error> {
        let Self { token, account_id, payment_method_id, idempotency_key } = self;
        Ok(CompleteSentCart {
            token: token.into(),
            account_id: row_of(Kind::Account, &account_id)?,
            payment_method_id: row_at(Kind::PaymentMethod, &payment_method_id, "paymentMethodId")?,
            idempotency_key,
        })
    }
}

impl PlaceOrderInput {
    fn into_command(self) -> Result<PlaceOrder, Error> {
        let Self { account_id, items, payment_method_id, idempotency_key } = self;
        let items = items.into_iter().enumerate().map(|(at, item)| -> Result<OrderItem, Error> {
            let OrderItemInput { plan_id, term_months, quantity, domain_name, registrant_id } = item;
            let absent = |field: &str| Refusal::absent(["items".to_owned(), at.to_string(), field.to_owned()]);
            let plan_id = row_of(Kind::Plan, &plan_id).map_err(|_| absent("planId"))?;
            let registrant = registrant_id.map(|id| row_of(Kind::Contact, &id)).transpose();
            let registrant_id = registrant.map_err(|_| absent("registrantId"))?;
            Ok(OrderItem { plan_id, term_months, quantity: quantity.unwrap_or(1), domain_name, registrant_id })
        });
        Ok(PlaceOrder {
            account_id: row_of(Kind::Account, &account_id)?,
            items: items.collect::<Result<_, _>>()?,
            payment_method_id: payment_method(payment_method_id.as_ref())?,
            idempotency_key,
        })
    }
}

fn changed(cart: cart::Model) -> CartPayload {
    CartPayload { cart: Some(Cart(cart)), ..CartPayload::default() }
}

/// The order as it is now, with what became of its payment: declined and unknown are user errors beside the order.
async fn ordered(ctx: &Context<'_>, end: Result<(Placed, Collected), Error>) -> Result<OrderPayload> {
    let (placed, collected) = match end {
        Ok(done) => done,
        Err(error) => return answer(Err::<OrderPayload, _>(error), |done| done),
    };
    let row = loaded(ctx.loads().load_one(Seen::<order::Model>::by(placed.order_id)).await)?;
    let user_errors = not_paid(&collected)?.into_iter().collect();
    let next_action_url = next_action(&collected);
    Ok(OrderPayload { order: row.map(Order), user_errors, next_action_url, ..OrderPayload::default() })
}

/// Carts and orders.
#[derive(Default)]
pub struct OrderMutation;

#[Object]
impl OrderMutation {
    /// Begins a cart for a client record.
    async fn create_cart(&self, ctx: &Context<'_>, input: CreateCartInput) -> Result<CartPayload> {
        ctx.signed_in()?;
        let end = async {
            let client_id: ClientId = row_of(Kind::Client, &input.client_id)?;
            ctx.write(move |work| Box::pin(commands::create_cart(work, client_id))).await
        };
        answer(end.await, changed)
    }

    /// The term is the plan's default unless said.
    async fn add_cart_item(&self, ctx: &Context<'_>, input: AddCartItemInput) -> Result<CartPayload> {
        ctx.signed_in()?;
        let end = async {
            let command = input.into_command()?;
            ctx.write(move |work| Box::pin(commands::add_cart_item(work, command.clone()))).await
        };
        answer(end.await, changed)
    }

    /// What is absent stays.
    async fn update_cart_item(&self, ctx: &Context<'_>, input: UpdateCartItemInput) -> Result<CartPayload> {
        ctx.signed_in()?;
        let end = async {
            let command = input.into_command()?;
            ctx.write(move |work| Box::pin(commands::update_cart_item(work, command.clone()))).await
        };
        answer(end.await, changed)
    }

    /// Takes a line out.
    async fn remove_cart_item(&self, ctx: &Context<'_>, input: RemoveCartItemInput) -> Result<CartPayload> {
        ctx.signed_in()?;
        let end = async {
            let cart_id = row_of(Kind::Cart, &input.cart_id)?;
            let item_id: CartItemId = row_at(Kind::CartItem, &input.item_id, "itemId")?;
            ctx.write(move |work| Box::pin(commands::remove_cart_item(work, cart_id, item_id))).await
        };
        answer(end.await, changed)
    }

    /// Places the order of a cart and pays it.
    async fn checkout_cart(&self, ctx: &Context<'_>, input: CheckoutCartInput) -> Result<OrderPayload> {
        ctx.signed_in()?;
        let (store, actor, statements) = ctx.to_write();
        let end = match input.into_command() {
            Ok(command) => commands::checkout_cart(&store, actor, statements, command).await,
            Err(error) => Err(error),
        };
        ordered(ctx, end).await
    }

    /// Sends a cart to the client, who completes it.
    async fn send_cart(&self, ctx: &Context<'_>, input: SendCartInput) -> Result<CartPayload> {
        ctx.signed_in()?;
        let end = async {
            let SendCartInput { cart_id, message } = input;
            let command = SendCart { cart_id: row_of(Kind::Cart, &cart_id)?, message };
            ctx.write(move |work| Box::pin(commands::send_cart(work, command.clone()))).await
        };
        answer(end.await, changed)
    }

    /// Takes a sent cart back, to edit it.
    async fn recall_cart(&self, ctx: &Context<'_>, input: RecallCartInput) -> Result<CartPayload> {
        ctx.signed_in()?;
        let end = async {
            let cart_id = row_of(Kind::Cart, &input.cart_id)?;
            ctx.write(move |work| Box::pin(commands::recall_cart(work, cart_id))).await
        };
        answer(end.await, changed)
    }

    /// Pays a cart that was sent to the client, by its link. By the client, signed in.
    async fn complete_sent_cart(&self, ctx: &Context<'_>, input: CompleteSentCartInput) -> Result<OrderPayload> {
        ctx.signed_in()?;
        let (store, actor, statements) = ctx.to_write();
        let end = match input.into_command() {
            Ok(command) => commands::complete_sent_cart(&store, actor, statements, command).await,
            Err(error) => Err(error),
        };
        let placed = end.as_ref().ok().map(|(placed, _)| placed.order_id);
        let payload = ordered(ctx, end).await?;
        let Some(order_id) = placed else { return Ok(payload) };
        let Some(asked) = ctx.read(queries::access_asked(&ctx.reader(), order_id).await)? else { return Ok(payload) };
        let access_request = match asked.invitation_id {
            Some(id) => loaded(ctx.loads().load_one(Seen::<invitation::Model>::by(id)).await)?.map(Invitation),
            None => None,
        };
        Ok(OrderPayload { access_needed: true, access_request, ..payload })
    }

    /// Places an order for an account and pays it.
    async fn place_order(&self, ctx: &Context<'_>, input: PlaceOrderInput) -> Result<OrderPayload> {
        ctx.signed_in()?;
        let (store, actor, statements) = ctx.to_write();
        let end = match input.into_command() {
            Ok(command) => commands::place_order(&store, actor, statements, command).await,
            Err(error) => Err(error),
        };
        ordered(ctx, end).await
    }
}
