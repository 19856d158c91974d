package dev.catchment.house.sample.low;

import com.tngtech.archunit.core.domain.JavaClass;
import dev.catchment.house.sample.high.High;
import java.sql.Connection;

/** Imports a room above it, a library of another room and one of no room. */
interface Low {
  High[] high(Connection connection, JavaClass type);
}
