"""The formats of files that Zoo reads and writes, and the units of its results."""

from asyncops.models import OpenEnum


class FileImportFormat(OpenEnum):
    """What Zoo reads."""

    ACIS = "acis"
    CATIA = "catia"
    CREO = "creo"
    FBX = "fbx"
    GLTF = "gltf"
    INVENTOR = "inventor"
    NX = "nx"
    OBJ = "obj"
    PARASOLID = "parasolid"
    PLY = "ply"
    SLDPRT = "sldprt"
    STEP = "step"
    STL = "stl"


class FileExportFormat(OpenEnum):
    """What Zoo writes."""

    FBX = "fbx"
    GLB = "glb"
    GLTF = "gltf"
    OBJ = "obj"
    PLY = "ply"
    STEP = "step"
    STL = "stl"


class UnitLength(OpenEnum):
    """Of a point."""

    CM = "cm"
    FT = "ft"
    IN = "in"
    M = "m"
    MM = "mm"
    YD = "yd"


class UnitArea(OpenEnum):
    """Of a surface."""

    CM2 = "cm2"
    DM2 = "dm2"
    FT2 = "ft2"
    IN2 = "in2"
    KM2 = "km2"
    M2 = "m2"
    MM2 = "mm2"
    YD2 = "yd2"


class UnitVolume(OpenEnum):
    """Of a volume."""

    CM3 = "cm3"
    FT3 = "ft3"
    IN3 = "in3"
    M3 = "m3"
    MM3 = "mm3"
    YD3 = "yd3"
    USFLOZ = "usfloz"
    USGAL = "usgal"
    L = "l"
    ML = "ml"


class UnitMass(OpenEnum):
    """Of a mass."""

    G = "g"
    KG = "kg"
    LB = "lb"


class UnitDensity(OpenEnum):
    """Of a density."""

    LB_FT3 = "lb:ft3"
    KG_M3 = "kg:m3"
