# Lo que termina con una condición de miembro: una frase cada cosa.
membership = La condición de miembro de { $account } con el rol { $role } y { $held }.
clients = El acceso a las cuentas de clientes: { $names }.
clients-and-more = El acceso a las cuentas de { $count } clientes, entre ellos { $names }.
elsewhere = La condición de miembro de { $name }, concedida a través de la colaboración.
contribution = La colaboración en { $name }.
key = La clave de API «{ $name }».
invitation = La invitación a { $name }.
