package dev.catchment.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressGuardTest {
  private static final String WHY =
      ", which is not allowed (set delivery.allow_private=true to allow private addresses)";

  private final AddressGuard strict = guard(false, List.of());

  /** Both ends of every range, and the address after a range where that one is public. */
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, 0.255.255.255, 1.0.0.0",
    "10.0.0.0, 10.255.255.255, 11.0.0.0",
    "100.64.0.0, 100.127.255.255, 100.128.0.0",
    "127.0.0.0, 127.255.255.255, 128.0.0.0",
    "169.254.0.0, 169.254.255.255, 169.255.0.0",
    "172.16.0.0, 172.31.255.255, 172.32.0.0",
    "192.0.0.0, 192.0.0.255, 192.0.1.0",
    "192.0.2.0, 192.0.2.255, 192.0.3.0",
    "192.88.99.0, 192.88.99.255, 192.88.100.0",
    "192.168.0.0, 192.168.255.255, 192.169.0.0",
    "198.18.0.0, 198.19.255.255, 198.20.0.0",
    "198.51.100.0, 198.51.100.255, 198.51.101.0",
    "203.0.113.0, 203.0.113.255, 203.0.114.0",
    "224.0.0.0, 239.255.255.255, 223.255.255.255",
    "240.0.0.0, 255.255.255.255, 100.63.255.255",
    "::, ::1, 2606:4700::1",
    "0:1::, ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 101::",
    "fc00::, fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, fe00::",
    "fd00:ec2::254, fd12::1, 2a00::1",
    "fe80::, febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff, fbff::",
    "fec0::, feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, fe7f::",
    "ff00::, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 2001:200::",
    "2001:db8::, 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff, 2001:db9::",
    "3fff::, 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff, 3fff:1000::",
    "100::, 100::ffff:ffff:ffff:ffff, 100:0:0:1::",
    "5f00::, 5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 5f01::",
    "2001::, 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff, 2001:200::",
    "2001::8.8.8.8, 2001:0:808:808::1, 2001:200::1",
    "2001:1::, 2001:1::4, 2001:1::1",
    "2001:2::, 2001:2:ffff::, 2001:1::2",
    "2001:1:0:1::1, 2001:1:1::1, 2001:1::3",
    "2001:2:ffff::1, 2001:4::, 2001:3::",
    "2001:4:111::1, 2001:4:113::, 2001:4:112::1",
    "2001:10::, 2001:1f:ffff::, 2001:20::",
    "2001:40::, 2001:40::1, 2001:3f:ffff::1",
    "64:ff9b:1::, 64:ff9b:1:ffff:ffff:ffff:ffff:ffff, 64:ff9b::8.8.8.8"
  })
  void everyRangeIsRefusedFromEndToEnd(String first, String last, String free) {
    assertThat(strict.refusal(address(first))).isPresent();
    assertThat(strict.refusal(address(last))).isPresent();
    assertThat(strict.refusal(address(free))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "::ffff:10.0.0.1, ::ffff:8.8.8.8",
    "::10.0.0.1, ::8.8.8.8",
    "::ffff:0:10.0.0.1, ::ffff:0:8.8.8.8",
    "64:ff9b::10.0.0.1, 64:ff9b::8.8.8.8",
    "64:ff9b::169.254.169.254, 64:ff9b::1.1.1.1",
    "2002:a00:1::1, 2002:808:808::1",
    "2002:7f00:1::, 2002:101:101::",
    "2a00::5efe:10.0.0.1, 2a00::5efe:8.8.8.8",
    "2a00::200:5efe:127.0.0.1, 2a00::200:5efe:8.8.8.8",
    "fe80::5efe:8.8.8.8, 2a00::5efe:1.1.1.1",
    "2002:808:808::5efe:10.0.0.1, 2002:808:808::5efe:1.1.1.1",
    "2002:a00:1::5efe:8.8.8.8, 2002:101:101::200:5efe:1.1.1.1"
  })
  void formsThatEmbedAnIpv4AddressAreJudgedByIt(String refused, String free) {
    assertThat(strict.refusal(address(refused))).isPresent();
    assertThat(strict.refusal(address(free))).isEmpty();
  }

  @Test
  void theSentenceNamesTheAddressInItsShortForm() {
    assertThat(strict.refusal(address("10.1.2.3"))).contains("points to 10.1.2.3" + WHY);
    assertThat(strict.refusal(address("FD00:0:0:0:0:0:0:1"))).contains("points to fd00::1" + WHY);
  }

  @Test
  void allowedNetworksAndThePlainSettingOpenTheWay() {
    AddressGuard some = guard(false, List.of("10.1.0.0/16", " ::1 ", "fd00::/8"));
    AddressGuard all = guard(true, List.of());

    assertThat(some.refusal(address("10.1.255.255"))).isEmpty();
    assertThat(some.refusal(address("64:ff9b::10.1.2.3"))).isEmpty();
    assertThat(some.refusal(address("::1"))).isEmpty();
    assertThat(some.refusal(address("fd12::1"))).isEmpty();
    assertThat(some.refusal(address("10.2.0.0"))).isPresent();
    assertThat(some.refusal(address("127.0.0.1"))).isPresent();
    assertThat(some.refusal(address("fe80::1"))).isPresent();
    assertThat(all.refusal(address("169.254.169.254"))).isEmpty();
    assertThat(all.refusal(address("::1"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*", "10.*", "10.0-5.0.0", "10.0.0.0/33", "localhost", "10", "a/8"})
  void aNetworkThatIsNotOneIsRefused(String network) {
    assertThatThrownBy(() -> guard(false, List.of("10.0.0.0/8", network)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + network + "'");
  }

  @Test
  void oneForbiddenAnswerAmongGoodOnesRefusesTheName() throws Exception {
    InetAddress good = address("8.8.8.8");
    AddressGuard guard =
        new AddressGuard(
            false,
            List.of(),
            host ->
                host.equals("mixed.example")
                    ? new InetAddress[] {good, address("2a00::1"), address("10.0.0.1")}
                    : new InetAddress[] {good, address("2a00::1")});

    assertThat(guard.resolve("good.example")).containsExactly(good, address("2a00::1"));
    assertThatThrownBy(() -> guard.resolve("mixed.example"))
        .isInstanceOf(BlockedAddressException.class)
        .hasMessage("The URL points to 10.0.0.1" + WHY);
  }

  @Test
  void literalsAreJudgedWithoutALookUp() throws Exception {
    AtomicInteger lookUps = new AtomicInteger();
    AddressGuard guard =
        new AddressGuard(
            false,
            List.of(),
            host -> {
              lookUps.incrementAndGet();
              throw new UnknownHostException(host);
            });

    assertThat(guard.resolve("8.8.8.8")).containsExactly(address("8.8.8.8"));
    assertThat(guard.resolve("0x8.0x8.2056")).containsExactly(address("8.8.8.8"));
    assertThatThrownBy(() -> guard.resolve("127.1")).isInstanceOf(BlockedAddressException.class);
    assertThatThrownBy(() -> guard.resolve("::1")).isInstanceOf(BlockedAddressException.class);
    assertThat(lookUps).hasValue(0);
    assertThatThrownBy(() -> guard.resolve("name.example"))
        .isExactlyInstanceOf(UnknownHostException.class);
    assertThat(lookUps).hasValue(1);
  }

  @Test
  void aNameWithoutAnswersIsUnknown() {
    AddressGuard guard = new AddressGuard(true, List.of(), host -> new InetAddress[0]);

    assertThatThrownBy(() -> guard.resolve("empty.example"))
        .isExactlyInstanceOf(UnknownHostException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1/x, 127.0.0.1",
    "http://127.0.0.1./x, 127.0.0.1",
    "https://127.1, 127.0.0.1",
    "http://127.0.1, 127.0.0.1",
    "http://2130706433/, 127.0.0.1",
    "http://0x7f.1, 127.0.0.1",
    "http://0X7F000001, 127.0.0.1",
    "http://017700000001, 127.0.0.1",
    "http://0177.0.0.1:8080, 127.0.0.1",
    "http://0, 0.0.0.0",
    "http://0x, 0.0.0.0",
    "http://012.0.0.1, 10.0.0.1",
    "http://１２７.０.０.１/, 127.0.0.1",
    "http://127。0。0。1/, 127.0.0.1",
    "http://[::1]/, ::1",
    "http://[::]:80/, ::",
    "http://[::ffff:127.0.0.1]/, 127.0.0.1",
    "http://[0:0:0:0:0:ffff:a00:1]/, 10.0.0.1",
    "http://[64:FF9B::10.0.0.1]/, 64:ff9b::a00:1",
    "http://169.254.169.254/latest/meta-data, 169.254.169.254",
    "http://localhost:8080/x, localhost",
    "http://LOCALHOST, localhost",
    "http://localhost./, localhost",
    "http://api.localhost/, api.localhost",
    "http://ｌocalhost/, localhost"
  })
  void aLiteralOrLocalhostIsRefusedOnSave(String url, String shown) {
    assertThatThrownBy(() -> strict.checkOnSave(url, "url"))
        .isInstanceOf(Failure.class)
        .hasMessage("Invalid body: 'url' points to " + shown + WHY);
    assertThatCode(() -> guard(true, List.of()).checkOnSave(url, "url")).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.com",
        "HTTPS://Example.COM:8443/a/b?c=d#e",
        "https://8.8.8.8/",
        "http://134744072/",
        "https://[2606:4700::1111]:443/x",
        "http://my_service:8080/hook",
        "https://bücher.example/ä?ö=ü",
        "https://example.com./x",
        "https://example.com:/x",
        "http://10.example.com/",
        "http://localhost.example.com/",
        "http://notlocalhost/",
        "http://a.0x7g/"
      })
  void namesAndPublicLiteralsPassOnSave(String url) {
    assertThatCode(() -> strict.checkOnSave(url, "url")).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "ftp://example.com/, must be an http or https URL",
    "amqp://example.com/, must be an http or https URL",
    "javascript:alert(1), must be an http or https URL",
    "example.com/x, must be an http or https URL",
    "//example.com/x, must be an http or https URL",
    "'', must be an http or https URL",
    "http:/x, must name a host",
    "http:x, must name a host",
    "http:///x, must name a host",
    "http://:80/, must name a host",
    "http://./, must name a host",
    "http://, must be a valid URL",
    "http://u:p@example.com/, must not hold user information",
    "http://u@example.com/, must not hold user information",
    "http://@example.com/, must not hold user information",
    "http://example.com@127.0.0.1/, must not hold user information",
    "http://exa mple.com/, must be a valid URL",
    "http://example.com\\@127.0.0.1/, must be a valid URL",
    "http://example.com/\u0000x, must be a valid URL",
    "http://%31%32%37.0.0.1/, must be a valid URL",
    "http://127.0.0.1%00.example.com/, must be a valid URL",
    "http://256.1.1.1/, must be a valid URL",
    "http://1.2.3.4.5/, must be a valid URL",
    "http://4294967296/, must be a valid URL",
    "http://example.099/, must be a valid URL",
    "http://999999999999999999999999/, must be a valid URL",
    "http://[::1%25lo]/, must be a valid URL",
    "http://[::1/, must be a valid URL",
    "http://[1.2.3.4]/, must be a valid URL",
    "http://[::1]x/, must be a valid URL",
    "http://a..b/, must be a valid URL",
    "http://a;b/, must be a valid URL",
    "http://example.com:0/, must have a port from 1 to 65535",
    "http://example.com:65536/, must have a port from 1 to 65535",
    "http://example.com:80:80/, must be a valid URL",
    "http://example.com:x/, must be a valid URL"
  })
  void aUrlThatCanNeverBeCalledIsRefusedOnSave(String url, String rule) {
    assertThatThrownBy(() -> guard(true, List.of()).checkOnSave(url, "target"))
        .isInstanceOf(Failure.class)
        .hasMessage("Invalid body: 'target' " + rule);
  }

  @Test
  void aUrlHasAtMost2048Characters() {
    String longest = "http://example.com/" + "a".repeat(2048 - 19);

    assertThatCode(() -> strict.checkOnSave(longest, "url")).doesNotThrowAnyException();
    assertThatThrownBy(() -> strict.checkOnSave(longest + "a", "url"))
        .hasMessage("Invalid body: 'url' must be at most 2048 characters");
  }

  private static AddressGuard guard(boolean allowPrivate, List<String> allowNetworks) {
    return new AddressGuard(
        allowPrivate,
        allowNetworks,
        host -> {
          throw new AssertionError("No look-up expected, but one for " + host);
        });
  }

  private static InetAddress address(String literal) {
    return InetAddress.ofLiteral(literal);
  }
}
