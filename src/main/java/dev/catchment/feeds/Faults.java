package dev.catchment.feeds;

import dev.catchment.base.Failure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with a body, to say all of it in one answer. */
public final class Faults {
  private static final int SHOWN_MAX = 20;

  private final List<String> faults = new ArrayList<>();
  private @Nullable String field;

  /** One more field and the rule it breaks: {@code must be a text}. */
  public void add(String name, String rule) {
    field = faults.isEmpty() ? name : field;
    if (faults.size() < SHOWN_MAX) {
      faults.add("'" + name + "' " + rule);
    }
  }

  public boolean isEmpty() {
    return faults.isEmpty();
  }

  /** Throws {@code INVALID} with all faults, joined by {@code "; "}, when there are any. */
  public void check() {
    if (!faults.isEmpty()) {
      throw new Failure(Failure.Code.INVALID, "Invalid body: " + String.join("; ", faults), field);
    }
  }
}
