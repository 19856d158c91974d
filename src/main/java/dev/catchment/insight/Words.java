package dev.catchment.insight;

import java.util.ArrayList;
import java.util.List;

/** Lists in a query parameter. */
final class Words {
  private Words() {}

  /** The words between the commas that stand outside of quoted names, without empty ones. */
  static List<String> of(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\' && i + 1 < text.length()) {
        word.append(c).append(text.charAt(++i));
        continue;
      }
      if (c == '"' && (quoted || (i > 0 && text.charAt(i - 1) == '['))) {
        quoted = !quoted;
      }
      if (c == ',' && !quoted) {
        add(words, word);
      } else {
        word.append(c);
      }
    }
    add(words, word);
    return words;
  }

  private static void add(List<String> words, StringBuilder word) {
    String text = word.toString().strip();
    if (!text.isEmpty()) {
      words.add(text);
    }
    word.setLength(0);
  }
}
