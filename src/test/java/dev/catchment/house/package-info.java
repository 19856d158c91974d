/**
 * Tests of the house rules: what must hold for the repository as a whole, beyond any one room.
 *
 * <p>A test here reads documents and sources; it starts no server and opens no database.
 *
 * <p>Start reading at {@link dev.catchment.house.OpenApiDocumentsTest}.
 */
@NullMarked
package dev.catchment.house;

import org.jspecify.annotations.NullMarked;
