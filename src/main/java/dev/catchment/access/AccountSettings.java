package dev.catchment.access;

/**
 * What accounts need to know of the configuration.
 *
 * @param signUpOpen whether strangers may sign up after the first account exists: the setting
 *     {@code auth.sign_up} is {@code open}
 */
public record AccountSettings(boolean signUpOpen) {}
