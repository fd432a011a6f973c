#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens a result file the ways its users do: check_xarray.py FILE [--ordered]

h5py, xarray with h5netcdf, and xarray with netCDF4 must find the same names, dimensions, coordinates, units and
values. --ordered asks also that percentiles ascend and counts fit the paths: true of a run, not of made-up data.
Prints what is wrong, one line each, and leaves with 1; else prints one line and leaves with 0.
"""
import sys

import h5py
import numpy
import xarray

ENGINES = ("h5netcdf", "netcdf4")
AXES = ("quarter", "fiscal_year", "horizon")
ROOT_TEXTS = ("Conventions", "format", "format_version", "program_version", "sampler", "table_hash", "fingerprint",
              "currency", "name", "content_hash")
ROOT_NUMBERS = ("seed", "paths", "batch", "stream_version", "complete")
mistakes = []


def expect(condition, sentence):
    if not condition:
        mistakes.append(sentence)


def groups_of(file):
    """The paths of all groups that hold arrays, in the order of the file."""
    found = []
    file.visititems(lambda name, item: found.append(name)
                    if isinstance(item, h5py.Group) and any(isinstance(x, h5py.Dataset) for x in item.values())
                    else None)
    return found


def check_root(file):
    for name in ROOT_TEXTS:
        expect(isinstance(file.attrs.get(name), str), f"/: attribute {name} is not a text")
    for name in ROOT_NUMBERS:
        expect(numpy.issubdtype(numpy.asarray(file.attrs.get(name)).dtype, numpy.integer),
               f"/: attribute {name} is not a whole number")
    expect(file.attrs["format"] == "scalepath" and file.attrs["Conventions"] == "CF-1.8", "/: wrong format")
    expect(file.attrs["complete"] == 1, "/: not complete")
    expect(isinstance(file["scenario/text"].asstr()[()], str), "/scenario/text is not a text")


def has_checksum(array):
    """Of each chunk, or of the header that a small array lies in; text and kept paths have that of the seal only."""
    is_compact = array.id.get_create_plist().get_layout() == h5py.h5d.COMPACT
    return array.fletcher32 or is_compact or has_no_values(array) or h5py.check_string_dtype(array.dtype) or array.ndim == 0


def check_arrays(name, group):
    """What holds for every array, seen by h5py."""
    for key, array in group.items():
        if not isinstance(array, h5py.Dataset):
            continue
        where = f"/{name}/{key}"
        expect(has_checksum(array) or group.attrs["role"] in ("paths", "inputs"), f"{where}: no checksum")
        for axis in range(array.ndim):
            expect(h5py.h5ds.is_scale(array.id) or len(array.dims[axis]) == 1, f"{where}: dimension {axis} has no scale")
        other = array.attrs.get("ancillary_variables")
        expect(other is None or group[other].shape == array.shape, f"{where}: no standard error of its shape")


def has_no_values(array):
    """A dimension that says nothing of its positions, in netCDF's way."""
    return h5py.h5ds.is_scale(array.id) and array.attrs["NAME"].startswith(b"This is a netCDF dimension but not")


def texts(group, key):
    return list(group[key].asstr()[()])


def check_descriptions(group):
    """/metrics: a row each."""
    expect(set(texts(group, "kind")) <= {"stock", "flow", "ratio"}, "/metrics: unknown kind")
    expect(set(texts(group, "adverse")) <= {"low", "high"}, "/metrics: unknown adverse side")
    expect(all(texts(group, "units") + texts(group, "long_name")), "/metrics: units or long_name missing")
    return dict(zip(texts(group, "metric"), zip(texts(group, "units"), texts(group, "long_name"))))


def check_metrics(name, group, described):
    metrics = texts(group, "metric")
    expect(metrics, f"/{name}: no metric")
    for key in metrics:
        attributes = group[key].attrs
        expect((attributes.get("units"), attributes.get("long_name")) == described.get(key),
               f"/{name}/{key}: units and long_name are not those of /metrics")
        expect(group["standard_error"].shape == (len(metrics),) + group[key].shape,
               f"/{name}/{key}: no standard errors of its shape")
    return metrics


def same(a, b):
    a, b = numpy.asarray(a), numpy.asarray(b)
    if a.dtype.kind in "OSU" or b.dtype.kind in "OSU":
        return a.shape == b.shape and [str(x) for x in a.ravel()] == [str(x) for x in b.ravel()]
    return a.shape == b.shape and numpy.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def check_dataset(path, name, group, engine):
    """One group as an xarray data set, compared with h5py array by array."""
    with xarray.open_dataset(path, group=name, engine=engine, decode_times=False) as dataset:
        for key, array in group.items():
            if not isinstance(array, h5py.Dataset):
                continue
            where = f"{engine}: /{name}/{key}"
            if has_no_values(array):
                expect(dataset.sizes[key] == len(array) and key not in dataset.variables, f"{where} is no dimension")
                continue
            if key not in dataset.variables:
                expect(False, f"{where} is missing")
                continue
            variable = dataset.variables[key]
            names = (key,) if h5py.h5ds.is_scale(array.id) else tuple(d[0].name.split("/")[-1] for d in array.dims)
            expect(variable.dims == names, f"{where}: dimensions {variable.dims}, expected {names}")
            expect(variable.attrs.get("units") == array.attrs.get("units"), f"{where}: other units")
            text = h5py.check_string_dtype(array.dtype)
            expect(same(variable.values, array.asstr()[()] if text else array[()]), f"{where}: other values")


def check_bands(path, name, metrics, axis, engine):
    """What a user would type: labels, not positions."""
    with xarray.open_dataset(path, group=name, engine=engine) as dataset:
        expect({axis, "statistic", "end", "quarters"} <= set(dataset.coords), f"{engine}: /{name}: coordinates missing")
        expect(dataset["end"].dtype.kind == "M", f"{engine}: /{name}/end is not decoded to dates")
        last = str(dataset[axis].values[-1])
        for metric in metrics:
            cell = dataset[metric].sel({axis: last, "statistic": "p50"})
            row = [str(x) for x in dataset["statistic"].values].index("p50")
            expect(cell.dims == () and same(cell.values, dataset[metric].values[-1, row]),
                   f"{engine}: /{name}/{metric}: a cell cannot be selected by its labels")
            bands = dataset[metric].sel(statistic=["p10", "p50", "p90"]).values
            error = dataset["standard_error"].sel({"metric": metric, axis: last, "statistic": "p50"})
            expect(error.dims == (), f"{engine}: /{name}/{metric}: its standard error cannot be selected")
            expect(bands.shape == (dataset.sizes[axis], 3), f"{engine}: /{name}/{metric}: bands have a wrong shape")
            expect("--ordered" not in sys.argv or (bands[:, :-1] <= bands[:, 1:])[~numpy.isnan(bands[:, 1:])].all(),
                   f"{engine}: /{name}/{metric}: percentiles do not ascend")


def check_histograms(name, group, paths):
    """The bins of each metric and time ascend; what is counted does not exceed the paths."""
    total = numpy.zeros((len(group["metric"]), len(group[name.split("/")[-1]])), dtype=numpy.uint64)
    for first, number, counts in (("first_edge", "edges", "count"), ("first_atom", "atoms", "atom_count")):
        if first not in group:
            continue
        starts, lengths, count = group[first][()], group[number][()], group[counts][()]
        expect(lengths.sum() == len(count), f"/{name}: {number} do not add up")
        for place in numpy.ndindex(total.shape):
            stretch = slice(starts[place], starts[place] + lengths[place])
            total[place] += count[stretch].sum()
            if counts == "atom_count":
                expect((numpy.diff(group["atom_value"][stretch]) > 0).all(), f"/{name}: atoms do not ascend")
            else:
                expect((numpy.diff(group["edge_value"][stretch]) > 0).all(), f"/{name}: edges do not ascend")
                expect(lengths[place] != 1 and not count[stretch][-1:].any(), f"/{name}: the last edge has a bin")
    expect("--ordered" not in sys.argv or (total <= paths).all(), f"/{name}: more values than paths")


def main():
    path = sys.argv[1]
    with h5py.File(path, "r") as file:
        check_root(file)
        names = groups_of(file)
        described = check_descriptions(file["metrics"])
        for name in names:
            group = file[name]
            check_arrays(name, group)
            for engine in ENGINES:
                check_dataset(path, name, group, engine)
            if group.attrs["role"] == "bands":
                metrics = check_metrics(name, group, described)
                for engine in ENGINES:
                    check_bands(path, name, metrics, name.split("/")[-1], engine)
            if group.attrs["role"] == "category":
                check_metrics(name, group, described)
            if group.attrs["role"] == "histograms":
                check_histograms(name, group, int(file.attrs["paths"]))
    for mistake in mistakes:
        print(f"{path}: {mistake}")
    if not mistakes:
        print(f"{path}: {len(names)} groups are the same to h5py, {' and '.join(ENGINES)}")
    return 1 if mistakes else 0


sys.exit(main())
