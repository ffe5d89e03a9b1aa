/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.aws;

import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.Properties;

/** Instantiates the credentials provider of a user. */
final class CustomProvider {

    /**
     * @param key the option that names the class, for messages
     * @param className of a class with a public constructor that takes {@link Properties}
     * @param properties for the constructor
     * @throws IllegalArgumentException if there is no such class, or if its constructor fails
     */
    static AwsCredentialsProvider create(
            String key, String className, Map<String, String> properties) {
        Properties argument = new Properties();
        argument.putAll(properties);
        try {
            return load(className)
                    .asSubclass(AwsCredentialsProvider.class)
                    .getConstructor(Properties.class)
                    .newInstance(argument);
        } catch (ClassNotFoundException e) {
            throw unusable(key, "is not the name of a class of this job", e);
        } catch (ClassCastException e) {
            throw unusable(key, "names a class that is not an AwsCredentialsProvider", e);
        } catch (InvocationTargetException e) {
            throw unusable(key, "names a class whose constructor failed", e.getCause());
        } catch (ReflectiveOperationException | LinkageError e) {
            throw unusable(key, "names a class that cannot be instantiated", e);
        }
    }

    private static Class<?> load(String name) throws ClassNotFoundException {
        ClassLoader loader = Thread.currentThread().getContextClassLoader(); // Flink's, for jobs
        if (loader != null) {
            try {
                return Class.forName(name, true, loader);
            } catch (ClassNotFoundException e) {
                // It may be beside the connector.
            }
        }
        return Class.forName(name, true, CustomProvider.class.getClassLoader());
    }

    private static IllegalArgumentException unusable(String key, String what, Throwable cause) {
        return new IllegalArgumentException(
                String.format(
                        "'%s' %s: give a public class that implements %s and has a public"
                                + " constructor with one java.util.Properties.",
                        // The JAR for SQL relocates it.
                        key, what, AwsCredentialsProvider.class.getName()),
                cause);
    }

    private CustomProvider() {}
}
