/**
 * JSON Schema over bodies: compiled once, checked within bounds; the one face of the schema
 * library. It must never know what a body belongs to, nor fetch anything. Start reading at {@link
 * dev.catchment.schema.BodySchema}.
 */
@NullMarked
package dev.catchment.schema;

import org.jspecify.annotations.NullMarked;
