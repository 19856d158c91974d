package dev.catchment.access;

import dev.catchment.base.Secret;

/**
 * Who wants an account.
 *
 * @param name 1 to 200 characters
 * @param password 12 to 200 characters
 * @param remembered whether the browser is to keep the cookie after it is closed
 */
public record NewAccount(String name, String email, Secret password, boolean remembered) {}
