package dev.catchment.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Looks up the addresses of a host name. Safe for use by several threads. */
public interface Resolver {
  /** Every address of the name, at least one. Blocking. */
  InetAddress[] resolve(String host) throws UnknownHostException;

  /** The resolver of the operating system, with the cache of the Java runtime before it. */
  static Resolver system() {
    return InetAddress::getAllByName;
  }
}
