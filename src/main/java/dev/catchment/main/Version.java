package dev.catchment.main;

/** The version of the product, as its jar states it. */
final class Version {
  private Version() {}

  /** Such as {@code 0.1.0}; {@code dev} when not run from a jar. */
  static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
