/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.admin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import javax.annotation.Nullable;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Settings as JSON, under the names of their Java methods: for each value there is a method that
 * returns it, and one of the same name that sets it and returns the settings. Settings in settings,
 * which a method changes by a function, are an object in the object. So a new limit or switch needs
 * nothing here. Durations are in seconds. Immutable.
 *
 * @param <T> such as {@link io.github.flinkkvs.testing.behavior.Limits}
 */
final class FluentSettings<T> {
    private final String name;
    private final Map<String, Method> getters = new TreeMap<>();
    private final Map<String, Method> setters = new TreeMap<>();

    /** Those of the names that stand for settings in the settings. */
    private final Map<String, FluentSettings<Object>> inner = new TreeMap<>();

    FluentSettings(String name, Class<T> type) {
        this.name = name;
        for (Method method : type.getMethods()) {
            if (method.getParameterCount() == 0 && !Modifier.isStatic(method.getModifiers())) {
                add(type, method);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private void add(Class<T> type, Method getter) {
        Method setter = setter(type, getter.getName(), getter.getReturnType());
        if (setter == null) {
            setter = setter(type, getter.getName(), UnaryOperator.class);
            if (setter != null) {
                inner.put(
                        getter.getName(),
                        new FluentSettings<>(
                                getter.getName(), (Class<Object>) getter.getReturnType()));
            }
        }
        if (setter != null) {
            getters.put(getter.getName(), getter);
            setters.put(getter.getName(), setter);
        }
    }

    @Nullable
    private static Method setter(Class<?> type, String name, Class<?> parameter) {
        try {
            Method setter = type.getMethod(name, parameter);
            return setter.getReturnType() == type ? setter : null;
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    ObjectNode json(T settings) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        getters.forEach((key, getter) -> put(json, key, invoke(getter, settings)));
        return json;
    }

    private void put(ObjectNode json, String key, Object value) {
        if (inner.containsKey(key)) {
            json.set(key, inner.get(key).json(value));
        } else if (value instanceof Integer || value instanceof Long) {
            json.put(key, ((Number) value).longValue());
        } else if (value instanceof Boolean) {
            json.put(key, (Boolean) value);
        } else if (value instanceof Duration) {
            json.put(key, BigDecimal.valueOf(((Duration) value).toMillis(), 3));
        } else {
            json.put(key, value.toString());
        }
    }

    /**
     * The change that a request describes.
     *
     * @throws AdminException if a value has another type, or there is no such setting
     */
    UnaryOperator<T> change(Fields fields) throws AdminException {
        UnaryOperator<T> change = UnaryOperator.identity();
        for (String key : fields.names()) {
            if (!getters.containsKey(key)) {
                throw AdminException.wrong(
                        "There is no "
                                + key
                                + " in "
                                + name
                                + "; there is "
                                + String.join(", ", getters.keySet()));
            }
            Object value =
                    inner.containsKey(key)
                            ? inner.get(key).change(fields.object(key))
                            : value(fields, key, getters.get(key).getReturnType());
            UnaryOperator<T> before = change;
            change = settings -> set(before.apply(settings), key, value);
        }
        return change;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Object value(Fields fields, String key, Class<?> type) throws AdminException {
        Object value;
        if (type == int.class) {
            value = fields.requiredNumber(key, 0, Integer.MAX_VALUE);
        } else if (type == long.class) {
            value = fields.requiredLong(key);
        } else if (type == boolean.class) {
            value = fields.requiredFlag(key);
        } else if (type == Duration.class) {
            value = fields.requiredSeconds(key);
        } else if (type.isEnum()) {
            value = fields.requiredConstant(key, (Class<? extends Enum>) type);
        } else {
            value = fields.requiredText(key);
        }
        return value;
    }

    @SuppressWarnings("unchecked")
    private T set(T settings, String key, Object value) {
        return (T) invoke(setters.get(key), settings, value);
    }

    private static Object invoke(Method method, Object settings, Object... arguments) {
        try {
            return method.invoke(settings, arguments);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException) {
                throw (IllegalArgumentException) e.getCause();
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
