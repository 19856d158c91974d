package dev.catchment.db;

/**
 * What is done inside one transaction. It may run more than once, when the transaction is rolled
 * back and tried again, so it must have no effect outside the store.
 */
@FunctionalInterface
public interface Work<T> {
  T in(Tx tx);
}
