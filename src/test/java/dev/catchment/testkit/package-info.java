/** Real parts for tests: databases, receivers and whole nodes. */
@org.jspecify.annotations.NullMarked
package dev.catchment.testkit;
