package dev.catchment.vault;

import dev.catchment.base.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Seals texts for the rows they are kept in, and opens them. Safe for use by several threads.
 *
 * <p>A sealed text is {@code v1.<key id>.<sealed>}: sixteen hex digits that tell keys apart, and
 * unpadded base64url of a random nonce of 12 bytes, the AES-256-GCM ciphertext of the UTF-8 text
 * and its tag of 16 bytes. What stands before the last dot, the name of the column and the id of
 * the row are authenticated with it, so a sealed text opens nowhere but in its own place.
 */
public final class Vault {
  private static final String VERSION = "v1";
  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BYTES = 16;

  /** Later versions keep this much, so that earlier ones can say what they lack. */
  private static final Pattern HEAD = Pattern.compile("(v[0-9]{1,4})\\.([0-9a-f]{16})\\.");

  private final RandomGenerator random;
  private final VaultKey newest;
  private final Map<String, VaultKey> keys = new LinkedHashMap<>();

  /**
   * A vault that seals with the newest key and opens with each.
   *
   * @param secretKeys any texts, the newest first; they should be as hard to guess as 32 random
   *     bytes
   * @param random of nonces; cryptographically strong, and safe for use by several threads
   */
  public Vault(List<Secret> secretKeys, RandomGenerator random) {
    this.random = random;
    this.newest = VaultKey.of(secretKeys.getFirst());
    secretKeys.stream().map(VaultKey::of).forEach(key -> keys.put(key.id(), key));
  }

  /** Seals a text for a row; the text may be empty. */
  public String seal(String text, SealedColumn column, String rowId) {
    String head = newestHead();
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    byte[] plain = text.getBytes(StandardCharsets.UTF_8);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, newest, nonce, place(head, column, rowId));
      ByteBuffer sealed = ByteBuffer.allocate(NONCE_BYTES + plain.length + TAG_BYTES).put(nonce);
      cipher.doFinal(ByteBuffer.wrap(plain), sealed);
      return head + Base64.getUrlEncoder().withoutPadding().encodeToString(sealed.array());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JDK has " + CIPHER, e);
    }
  }

  /**
   * The text that was sealed for this row.
   *
   * @throws CannotOpen when it was sealed with a key this vault does not have, or by a later
   *     version, or is no sealed text of this row
   */
  public String open(String sealed, SealedColumn column, String rowId) {
    String where = column.name() + " of " + rowId;
    Matcher head = HEAD.matcher(sealed);
    if (!head.lookingAt()) {
      throw CannotOpen.broken(where);
    }
    if (!head.group(1).equals(VERSION)) {
      throw CannotOpen.unknownVersion(where, head.group(1));
    }
    VaultKey key = keys.get(head.group(2));
    if (key == null) {
      throw CannotOpen.unknownKey(where, head.group(2), newest.id());
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(sealed.substring(head.end()));
      if (bytes.length < NONCE_BYTES + TAG_BYTES) {
        throw CannotOpen.broken(where);
      }
      byte[] nonce = Arrays.copyOf(bytes, NONCE_BYTES);
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, nonce, place(head.group(), column, rowId));
      return new String(
          cipher.doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException | AEADBadTagException e) {
      throw CannotOpen.broken(where);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JDK has " + CIPHER, e);
    }
  }

  /** Whether a text begins as sealed ones do, of whatever version and key. */
  public static boolean isSealed(String text) {
    return HEAD.matcher(text).lookingAt();
  }

  /** What tells the newest key from others: sixteen hex digits, safe to show. */
  public String newestKeyId() {
    return newest.id();
  }

  /** What every text that is sealed with the newest key begins with. */
  String newestHead() {
    return VERSION + "." + newest.id() + ".";
  }

  private static Cipher cipher(int mode, VaultKey key, byte[] nonce, byte[] place)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, key.secret(), new GCMParameterSpec(TAG_BYTES * 8, nonce));
    cipher.updateAAD(place);
    return cipher;
  }

  /** Neither a head nor a column can hold a line feed, so no two places have the same bytes. */
  private static byte[] place(String head, SealedColumn column, String rowId) {
    return (head + "\n" + column.name() + "\n" + rowId).getBytes(StandardCharsets.UTF_8);
  }
}
