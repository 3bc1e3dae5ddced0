//! The private servers of drills do what drills rely on.

use sea_orm::ConnectionTrait;
use tests::server::{Postgres, Redis};

/// What was committed is there after each kind of end, and the address stays.
#[tokio::test]
async fn a_private_postgres_comes_back_with_what_was_committed() {
    let mut server = Postgres::start().await;
    let connection = sea_orm::Database::connect(server.url("postgres")).await.unwrap();
    connection.execute_unprepared("CREATE TABLE kept (id integer); INSERT INTO kept VALUES (1)").await.unwrap();
    connection.close().await.unwrap();

    for signal in ["QUIT", "KILL"] {
        server.stop(signal).await;
        assert!(!server.answers().await, "it still answers after {signal}");

        server.start_again().await;
        let connection = sea_orm::Database::connect(server.url("postgres")).await.unwrap();
        let deleted = connection.execute_unprepared("DELETE FROM kept").await.unwrap();
        assert_eq!(deleted.rows_affected(), 1);
        connection.execute_unprepared("INSERT INTO kept VALUES (1)").await.unwrap();
        connection.close().await.unwrap();
    }
}

/// It forgets when told to, and over a stop.
#[tokio::test]
async fn a_private_redis_forgets() {
    let mut server = Redis::start().await;
    let keys = async |server: &Redis| -> u32 {
        let mut connection =
            redis::Client::open(server.url()).unwrap().get_multiplexed_async_connection().await.unwrap();
        redis::cmd("DBSIZE").query_async(&mut connection).await.unwrap()
    };
    server.command(&["SET", "key", "value"]).await;
    assert_eq!(keys(&server).await, 1);
    server.flush_all().await;
    assert_eq!(keys(&server).await, 0);

    server.command(&["SET", "key", "value"]).await;
    server.stop("KILL").await;
    server.start_again().await;
    assert_eq!(keys(&server).await, 0);
}
