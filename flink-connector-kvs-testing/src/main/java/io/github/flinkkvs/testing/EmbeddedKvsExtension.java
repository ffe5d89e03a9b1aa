/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts an {@link EmbeddedKvs} before each test and closes it afterwards; a test takes it as a
 * parameter or through {@link #kvs()}. Use it with {@code @ExtendWith} for the defaults or with
 * {@code @RegisterExtension} and a builder. Used by one test at a time.
 */
public final class EmbeddedKvsExtension
        implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private final EmbeddedKvsBuilder builder;
    private EmbeddedKvs kvs;

    /** With the defaults of {@link EmbeddedKvs#start()}. */
    public EmbeddedKvsExtension() {
        this(EmbeddedKvs.builder());
    }

    /** Each test gets a server of its own, all built alike. */
    public EmbeddedKvsExtension(EmbeddedKvsBuilder builder) {
        this.builder = builder;
    }

    /** The server of the running test. */
    public EmbeddedKvs kvs() {
        if (kvs == null) {
            throw new IllegalStateException("The server runs only during a test");
        }
        return kvs;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        kvs = builder.start();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (kvs != null) {
            kvs.close();
            kvs = null;
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == EmbeddedKvs.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return kvs();
    }
}
