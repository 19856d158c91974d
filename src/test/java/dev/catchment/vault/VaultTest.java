package dev.catchment.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.catchment.base.Secret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class VaultTest {
  private static final SealedColumn COLUMN = new SealedColumn("sources", "verification_secret");
  private static final String ROW = "0193a5c0000070008000000000000001";
  private static final String TEXT = "whsec_the-text-itself";

  private final Vault vault = vault("first");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a",
        TEXT,
        "{\"token\":\"a-long-secret-token\"}",
        "Grüße, 世界 👋 \u0000\u0007\r\n\t",
        "v1.0123456789abcdef.AAAA",
        "%s' OR 1=1 --"
      })
  void whatWasSealedOpensInItsPlace(String text) {
    String sealed = vault.seal(text, COLUMN, ROW);

    assertThat(sealed).matches("v1\\.[0-9a-f]{16}\\.[A-Za-z0-9_-]{38,}");
    assertThat(text.length() < 3 || !sealed.contains(text)).isTrue();
    assertThat(Vault.isSealed(sealed)).isTrue();
    assertThat(vault.open(sealed, COLUMN, ROW)).isEqualTo(text);
  }

  @Test
  void aLongTextOpensToo() {
    String text = "0123456789abcdeé".repeat(100_000);
    assertThat(vault.open(vault.seal(text, COLUMN, ROW), COLUMN, ROW)).isEqualTo(text);
  }

  @Test
  void halfASurrogateBecomesAQuestionMarkAndNothingElseSuffers() {
    assertThat(vault.open(vault.seal("a\ud83db", COLUMN, ROW), COLUMN, ROW)).isEqualTo("a?b");
  }

  @Test
  void theSameTextNeverLooksTheSameTwice() {
    assertThat(vault.seal(TEXT, COLUMN, ROW)).isNotEqualTo(vault.seal(TEXT, COLUMN, ROW));
  }

  @Test
  void everyChangedByteIsNoticed() {
    String sealed = vault.seal(TEXT, COLUMN, ROW);
    int start = sealed.lastIndexOf('.') + 1;
    byte[] bytes = Base64.getUrlDecoder().decode(sealed.substring(start));
    assertThat(bytes.length).isEqualTo(12 + TEXT.length() + 16);
    for (int i = 0; i < bytes.length; i++) {
      byte[] changed = bytes.clone();
      changed[i] ^= 1;
      assertBroken(sealed.substring(0, start) + base64(changed), COLUMN, ROW);
    }
    for (int length = 0; length < bytes.length; length++) {
      assertBroken(sealed.substring(0, start) + base64(Arrays.copyOf(bytes, length)), COLUMN, ROW);
    }
    assertBroken(sealed + "AAAA", COLUMN, ROW);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{\"token\":\"clear\"}", "v1", "v1.", "v1.xyz.AAAA", "V1.0123456789abcdef.A"})
  void whatIsNoSealedTextIsNotTakenForOne(String text) {
    assertThat(Vault.isSealed(text)).isFalse();
    assertBroken(text, COLUMN, ROW);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "=", "A", "+/+/", "AAAA AAAA", "\u00e9", "AAAA\n"})
  void aSealedTextWithAnotherEndIsBroken(String end) {
    assertBroken("v1." + vault.newestKeyId() + "." + end, COLUMN, ROW);
  }

  @ParameterizedTest
  @CsvSource({
    "sources, verification_secret, 0193a5c0000070008000000000000002",
    "sources, verification_config, 0193a5c0000070008000000000000001",
    "targets, verification_secret, 0193a5c0000070008000000000000001",
    "sources, verification_secret, ''"
  })
  void aSealedTextDoesNotOpenInAnotherPlace(String table, String column, String row) {
    assertBroken(vault.seal(TEXT, COLUMN, ROW), new SealedColumn(table, column), row);
  }

  @Test
  void placesThatReadAlikeAreNotTheSame() {
    SealedColumn shorter = new SealedColumn("a", "b");
    SealedColumn longer = new SealedColumn("a", "b_c");
    assertBroken(vault.seal(TEXT, shorter, "_c\n1"), longer, "1");
  }

  @Test
  void anUnknownKeyIsNamedWithWhatToDoAndNothingSecret() {
    String sealed = vault("another").seal(TEXT, COLUMN, ROW);

    CannotOpen failure =
        catchThrowableOfType(CannotOpen.class, () -> vault.open(sealed, COLUMN, ROW));

    assertThat(failure.reason()).isEqualTo(CannotOpen.Reason.UNKNOWN_KEY);
    assertThat(failure)
        .hasMessageContaining("sources.verification_secret of " + ROW)
        .hasMessageContaining(vault("another").newestKeyId())
        .hasMessageContaining(vault.newestKeyId())
        .hasMessageContaining("auth.secret_key")
        .hasMessageContaining("auth.previous_secret_keys");
    assertThat(failure.getMessage()).doesNotContain("first", "another", TEXT);
  }

  @Test
  void aKeyUnderAForeignNameDoesNotOpen() {
    String sealed = vault("another").seal(TEXT, COLUMN, ROW);
    assertBroken(sealed.replace(vault("another").newestKeyId(), vault.newestKeyId()), COLUMN, ROW);
  }

  @Test
  void aLaterVersionIsNamed() {
    String sealed = "v2" + vault.seal(TEXT, COLUMN, ROW).substring(2);

    assertThat(Vault.isSealed(sealed)).isTrue();
    CannotOpen failure =
        catchThrowableOfType(CannotOpen.class, () -> vault.open(sealed, COLUMN, ROW));
    assertThat(failure.reason()).isEqualTo(CannotOpen.Reason.UNKNOWN_VERSION);
    assertThat(failure).hasMessageContaining("v2").hasMessageContaining("upgrade");
  }

  @Test
  void theNewestKeySealsAndEachOpens() {
    Vault rotated = vault("second", "first", "second");
    String old = vault.seal(TEXT, COLUMN, ROW);
    String made = rotated.seal(TEXT, COLUMN, ROW);

    assertThat(rotated.newestKeyId()).isNotEqualTo(vault.newestKeyId());
    assertThat(made).startsWith("v1." + rotated.newestKeyId() + ".");
    assertThat(rotated.open(old, COLUMN, ROW)).isEqualTo(TEXT);
    assertThat(vault("second").open(made, COLUMN, ROW)).isEqualTo(TEXT);
    assertThatThrownBy(() -> vault.open(made, COLUMN, ROW)).isInstanceOf(CannotOpen.class);
  }

  /** The written format, followed with nothing but HMAC-SHA256 and the cipher. */
  @Test
  void theFormatIsAsWrittenDown() throws Exception {
    byte[] extracted = hmac("catchment".getBytes(StandardCharsets.UTF_8), "first");
    byte[] key = hmac(extracted, "catchment vault v1 AES-256-GCM\u0001");
    byte[] id = Arrays.copyOf(hmac(extracted, "catchment vault v1 key id\u0001"), 8);
    String head = "v1." + HexFormat.of().formatHex(id) + ".";
    String sealed = vault.seal(TEXT, COLUMN, ROW);
    assertThat(sealed).startsWith(head);

    byte[] bytes = Base64.getUrlDecoder().decode(sealed.substring(head.length()));
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(key, "AES"),
        new GCMParameterSpec(128, bytes, 0, 12));
    cipher.updateAAD(
        (head + "\nsources.verification_secret\n" + ROW).getBytes(StandardCharsets.UTF_8));
    assertThat(new String(cipher.doFinal(bytes, 12, bytes.length - 12), StandardCharsets.UTF_8))
        .isEqualTo(TEXT);
  }

  @Test
  void manyThreadsShareAVault() {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<String>> opened = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        String row = "row" + i;
        opened.add(
            CompletableFuture.supplyAsync(
                () -> vault.open(vault.seal(row, COLUMN, row), COLUMN, row), threads));
      }
      assertThat(opened.stream().map(CompletableFuture::join).distinct()).hasSize(500);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "a b", "a;--", "a.b", "a\n", "1a"})
  void aColumnHasPlainNames(String name) {
    assertThatThrownBy(() -> new SealedColumn(name, "b")).hasMessageContaining("Not the name");
    assertThatThrownBy(() -> new SealedColumn("a", name)).hasMessageContaining("Not the name");
    assertThatThrownBy(() -> new SealedColumn("a", name, "b")).hasMessageContaining("Not the name");
  }

  private void assertBroken(String sealed, SealedColumn column, String row) {
    CannotOpen failure =
        catchThrowableOfType(CannotOpen.class, () -> vault.open(sealed, column, row));
    assertThat(failure).as(sealed).isNotNull();
    assertThat(failure.reason()).isEqualTo(CannotOpen.Reason.BROKEN);
    assertThat(failure).hasMessageContaining(column.name() + " of " + row);
    assertThat(failure.getMessage()).doesNotContain(TEXT, "first");
  }

  private static Vault vault(String... keys) {
    return new Vault(Arrays.stream(keys).map(Secret::new).toList(), new SecureRandom());
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] hmac(byte[] key, String text) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }
}
