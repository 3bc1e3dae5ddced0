use std::process::ExitCode;

fn main() -> ExitCode {
    mandate::main()
}
