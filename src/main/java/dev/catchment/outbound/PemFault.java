package dev.catchment.outbound;

/** A PEM text is not what its field must hold. */
final class PemFault extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String field;
  private final String rule;

  PemFault(String field, String rule) {
    super(field + " " + rule);
    this.field = field;
    this.rule = rule;
  }

  String field() {
    return field;
  }

  String rule() {
    return rule;
  }
}
