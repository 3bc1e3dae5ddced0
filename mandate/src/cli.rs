//! The command line: a subcommand for each line of `docs/running.md`.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand};

/// Partner programmes for hosting providers: a GraphQL gateway and its worker.
#[derive(Debug, Parser)]
#[command(name = "mandate", version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Cli {
    /// What to do; without it, the demo.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const AFTER_HELP: &str = "\
To look around:   mandate
To run it:        mandate migrate, then mandate up
Settings come from the environment (DATABASE_URL, MANDATE_LISTEN, …) and from mandate.toml.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Everything in one process with sample data and a clock to move; needs nothing installed (the default)
    Demo(Demo),
    /// The GraphQL gateway; any number side by side on PostgreSQL
    Serve,
    /// The worker for renewals, mails and charges; any number side by side on PostgreSQL
    Work,
    /// Gateway and worker in one process
    Up,
    /// Bring the database to this version
    Migrate(Migrate),
    /// Print the GraphQL schema
    Schema(Schema),
    /// People of the provider itself
    #[command(subcommand)]
    Staff(Staff),
    /// Renewals
    #[command(subcommand)]
    Renewals(Renewals),
    /// Mails
    #[command(subcommand)]
    Mails(Mails),
    /// Verify the books; exits 1 and prints the rows if anything is wrong
    Check,
    /// Fill the database with sample data, the same for the same numbers
    Seed(Seed),
}

#[derive(Args, Debug, Default)]
pub struct Demo {
    /// Forget the data of earlier demos
    #[arg(long)]
    pub fresh: bool,
}

#[derive(Args, Debug)]
pub struct Migrate {
    /// Change nothing; print what is missing, and exit 1 if anything is
    #[arg(long)]
    pub check: bool,
}

#[derive(Args, Debug)]
pub struct Schema {
    /// With what is served only while a test clock runs
    #[arg(long)]
    pub test_clock: bool,
}

#[derive(Debug, Subcommand)]
pub enum Staff {
    /// Make a staff user; the password is read from standard input
    Add {
        /// The mail address to sign in with
        email: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Renewals {
    /// One renewal run now; prints a line for each payer, and totals
    Run(RenewalRun),
}

#[derive(Args, Debug)]
pub struct RenewalRun {
    /// Renew what is due at this instant instead of now, such as 2027-01-31T09:00:00Z
    #[arg(long, value_name = "INSTANT")]
    pub as_of: Option<DateTime<Utc>>,
    /// Change and charge nothing; print what would be done
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub enum Mails {
    /// Write every mail in every language to a folder, with an index page, to be looked at
    Preview(Preview),
}

#[derive(Args, Debug)]
pub struct Preview {
    /// Where to; it is made when missing
    #[arg(default_value = "var/mails")]
    pub folder: PathBuf,
}

#[derive(Args, Debug)]
pub struct Seed {
    /// How many partners
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub partners: u32,
    /// How many clients for each partner
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub clients: u32,
    /// How many products for each client
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub products: u32,
    /// How many invoices for each product
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub invoices: u32,
}
