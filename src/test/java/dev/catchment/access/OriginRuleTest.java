package dev.catchment.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OriginRuleTest {
  private final OriginRule rule =
      OriginRule.of("https://Gateway.example/base/", Set.of("http://localhost:5173/"));

  @ParameterizedTest
  @CsvSource({
    ",                                 gateway.example, true",
    "https://gateway.example,          other,           true",
    "https://gateway.example:443,      other,           true",
    "http://gateway.example,           other,           false",
    "https://gateway.example:8443,     other,           false",
    "https://gateway.example.evil.org, other,           false",
    "https://evil.org,                 gateway.example, false",
    "http://localhost:5173,            gateway.example, true",
    "http://127.0.0.1:8080,            127.0.0.1:8080,  true",
    "http://127.0.0.1:8081,            127.0.0.1:8080,  false",
    "http://127.0.0.1:8080,            ,                false",
    "null,                             gateway.example, false",
    "null,                             null,            false",
    "'',                               '',              false",
    "'http://',                        '',              false",
    "'://',                            '',              false",
    "http://[::1]:80,                  [::1],           true",
  })
  void onlyOurOwnPagesMayChangeThings(
      @Nullable String origin, @Nullable String host, boolean allowed) {
    assertThat(rule.allows(origin, host)).isEqualTo(allowed);
  }
}
