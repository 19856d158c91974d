package dev.catchment.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClientAddressTest {
  private final ClientAddress rule =
      new ClientAddress(List.of("10.0.0.0/8", "2001:db8:ffff::/48"), Optional.empty());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          203.0.113.7      | X-Forwarded-For | 198.51.100.1                               | 203.0.113.7
          203.0.113.7      | Forwarded       | for=198.51.100.1                           | 203.0.113.7
          ::ffff:10.0.0.1  | X-Forwarded-For | 198.51.100.1                               | 198.51.100.1
          10.0.0.1         | X-Forwarded-For | 192.0.2.1, 198.51.100.1, 10.0.0.9          | 198.51.100.1
          10.0.0.1         | X-Forwarded-For | 192.0.2.1, nonsense, 10.0.0.9              | 10.0.0.1
          10.0.0.1         | X-Forwarded-For | 192.0.2.1, 198.51.100.1:4711               | 198.51.100.1
          10.0.0.1         | X-Forwarded-For | 198.51.100.1, 10.0.0.9:80                  | 198.51.100.1
          10.0.0.1         | X-Forwarded-For | [2001:db8::5]:443                          | 2001:db8::5
          10.0.0.1         | X-Forwarded-For | [2001:db8::5]                              | 2001:db8::5
          10.0.0.1         | X-Forwarded-For | 192.0.2.1, 198.51.100.1:port               | 10.0.0.1
          10.0.0.1         | Forwarded       | for=198.51.100.1;proto=https;by=10.0.0.1   | 198.51.100.1
          10.0.0.1         | Forwarded       | for="198.51.100.1:4711"                    | 198.51.100.1
          10.0.0.1         | Forwarded       | For="[2001:db8::7]:4711", for=10.0.0.2     | 2001:db8::7
          10.0.0.1         | Forwarded       | for=192.0.2.1, proto=https                 | 10.0.0.1
          10.0.0.1         | Forwarded       | for=192.0.2.1, for=_hidden                 | 10.0.0.1
          10.0.0.1         | Forwarded       | for=192.0.2.1, for=unknown, for=10.0.0.2   | 10.0.0.1
          10.0.0.1         | X-Other         | 198.51.100.1                               | 10.0.0.1
          2001:db8:ffff::1 | Forwarded       | for=198.51.100.1                           | 198.51.100.1
          """)
  void onlyATrustedProxyIsBelieved(String peer, String name, String value, String client) {
    Map<String, String> headers = Map.of(name, value);
    assertThat(rule.of(peer, header -> Optional.ofNullable(headers.get(header)))).isEqualTo(client);
  }

  @ParameterizedTest
  @CsvSource({"10.0.0.1, 198.51.100.9", "203.0.113.7, 203.0.113.7"})
  void aHeaderOfTheSettingsComesFirst(String peer, String client) {
    ClientAddress named = new ClientAddress(List.of("10.0.0.0/8"), Optional.of("CF-Connecting-IP"));
    Map<String, String> headers =
        Map.of("CF-Connecting-IP", "198.51.100.9", "X-Forwarded-For", "192.0.2.1");
    assertThat(named.of(peer, header -> Optional.ofNullable(headers.get(header))))
        .isEqualTo(client);
  }
}
