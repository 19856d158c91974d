/**
 * Tests of the house rules: what must hold for the repository as a whole, beyond any one room. They
 * read ARCHITECTURE.md, the compiled classes and the published documents.
 *
 * <p>They know the shape of the code, never what it does; none starts a server or opens a database.
 * Package {@code sample} breaks each rule on purpose, so that a rule gone blind fails as well.
 *
 * <p>Start reading at {@link dev.catchment.house.RoomsTest} and {@link
 * dev.catchment.house.OpenApiDocumentsTest}.
 */
@NullMarked
package dev.catchment.house;

import org.jspecify.annotations.NullMarked;
