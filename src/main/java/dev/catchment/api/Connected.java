package dev.catchment.api;

import dev.catchment.base.Scope;
import dev.catchment.http.Outlet;

/** A connection that stays open for as long as what let it in holds. */
interface Connected {
  /** Where it hears what happens. */
  Scope scope();

  /** It is open, and is closed from now on when what let it in is gone. */
  void opened(Outlet outlet);

  /** It is gone. */
  void closed();
}
