package dev.catchment.db;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PostgresAddressTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "postgresql://u:p@db:5433/c | jdbc:postgresql://db:5433/c | u | p",
        "postgresql://u:p@db/c      | jdbc:postgresql://db/c      | u | p",
        "postgres://u@db/c          | jdbc:postgresql://db/c      | u | ''",
        "postgresql://db/c          | jdbc:postgresql://db/c      | '' | ''",
        "postgresql://u:a+b@db/c    | jdbc:postgresql://db/c      | u | a+b",
        "postgresql://u+v:%2B@db/c  | jdbc:postgresql://db/c      | u+v | +",
        "postgresql://u:a%20b@db/c  | jdbc:postgresql://db/c      | u | a b",
        "postgresql://u:a:b@db/c    | jdbc:postgresql://db/c      | u | a:b",
        "postgresql://u%3Av:p@db/c  | jdbc:postgresql://db/c      | u:v | p",
        "postgresql://u:%40%2F%25%C3%BC@db/c | jdbc:postgresql://db/c | u | @/%ü",
        "postgresql://u:p@[::1]:5432/c | jdbc:postgresql://[::1]:5432/c | u | p",
      })
  void theLoginIsReadAsItWasWritten(String url, String jdbc, String user, String password) {
    assertThat(PostgresAddress.of(url)).isEqualTo(new PostgresAddress(jdbc, user, password));
  }
}
